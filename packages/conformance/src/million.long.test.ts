import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@nexus/adapters/embedded';
import { afterAll, describe, it } from 'vitest';
import { conformanceSuite } from './conformanceSuite.ts';
import { storeFactory } from './storeFactory.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexus-million-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

conformanceSuite(
  { describe, it },
  storeFactory('SqliteEventStore with a million events', {
    open: (place, options) => new SqliteEventStore({ path: join(folder, `${place}.db`), ...options }),
  }),
  {
    only: ['5.bounded-memory', '5.bounded-memory-of-the-feed'],
    eventsMany: 1_000_000,
    caseTimeoutMs: 7 * 60_000,
  },
);
