import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreSqlite, SqliteEventStore, SqliteJournal } from '@nexus/adapters/embedded';
import { afterAll, describe, it } from 'vitest';
import { conformanceSuite } from './conformanceSuite.ts';
import { journalFactory } from './journalFactory.ts';
import { storeFactory } from './storeFactory.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexus-conformance-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (place: string) => join(folder, `${place}.db`);

async function remove(place: string): Promise<void> {
  for (const end of ['', '-wal', '-shm', '.backup']) await rm(`${fileOf(place)}${end}`, { force: true });
}

conformanceSuite(
  { describe, it },
  storeFactory('SqliteEventStore', {
    open: (place, options) => new SqliteEventStore({ path: fileOf(place), ...options }),
    backup: async (place, store) => {
      const copy = `${fileOf(place)}.backup`;
      await store.backup(copy);
      return async () => {
        await rm(fileOf(place));
        await restoreSqlite(copy, fileOf(place));
      };
    },
    remove,
  }),
);

conformanceSuite(
  { describe, it },
  journalFactory('SqliteJournal', (place) => new SqliteJournal({ path: fileOf(place) }), { remove }),
  { only: ['6.slow-handler-slows-reading', '3.repeated-with-another-traceparent'] },
);
