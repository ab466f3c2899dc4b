import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryEventStore, SqliteEventStore } from '@nexus/adapters/embedded';
import type { StoreFactory } from '../../Harness.ts';
import { storeFactory } from '../../storeFactory.ts';

export const inMemory: StoreFactory = storeFactory('InMemoryEventStore', {
  open: (_place, options) => new InMemoryEventStore(options),
});

/** SQLite stores in a folder, which `remove` removes. */
export function sqliteStores(): { readonly factory: StoreFactory; remove(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-models-'));
  const fileOf = (place: string) => join(folder, `${place}.db`);
  const factory = storeFactory('SqliteEventStore', {
    open: (place, options) => new SqliteEventStore({ path: fileOf(place), ...options }),
    remove: async (place) => {
      for (const end of ['', '-wal', '-shm']) await rm(`${fileOf(place)}${end}`, { force: true });
    },
  });
  return { factory, remove: () => rm(folder, { recursive: true, force: true }) };
}
