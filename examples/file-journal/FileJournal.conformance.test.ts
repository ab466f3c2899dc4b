import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformanceSuite, storeFactory } from '@nexus/conformance';
import { describe, it } from 'vitest';
import { FileEventStore } from './FileEventStore.ts';

conformanceSuite(
  { describe, it },
  storeFactory('FileEventStore', {
    open: (place, options) => new FileEventStore({ path: join(tmpdir(), place), ...options }),
    exclusive: true,
    remove: (place) => rm(join(tmpdir(), place)),
  }),
);
