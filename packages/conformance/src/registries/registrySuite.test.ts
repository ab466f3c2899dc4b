import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSchemaRegistry } from '@nexus/adapters/embedded';
import { InMemorySchemaRegistry } from '@nexus/shared';
import { describe, it } from 'vitest';
import { registrySuite } from './registrySuite.ts';

registrySuite(
  { describe, it },
  {
    name: 'InMemorySchemaRegistry',
    create: async (compatibility) => ({
      registry: new InMemorySchemaRegistry({ compatibility }),
      dispose: async () => {},
    }),
  },
);

registrySuite(
  { describe, it },
  {
    name: 'FileSchemaRegistry',
    create: async (compatibility) => {
      const place = mkdtempSync(join(tmpdir(), 'nexus-registry-'));
      const folder = join(place, 'schemas');
      // A folder that is not there is a fault.
      mkdirSync(folder);
      const open = (levels: typeof compatibility) => new FileSchemaRegistry({ folder, compatibility: levels });
      return {
        registry: open(compatibility),
        reopen: async (levels) => open(levels),
        dispose: async () => rmSync(place, { recursive: true, force: true }),
      };
    },
  },
);
