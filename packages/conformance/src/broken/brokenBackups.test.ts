import { mkdtempSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@nexus/adapters/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { runSuite } from '../conformanceSuite.ts';
import { storeFactory } from '../storeFactory.ts';

const CAUGHT_BY = ['6.checkpoint-from-before-a-restore', '6.restored-store-has-another-epoch'];

it.each(CAUGHT_BY)(
  'catches a backup that is put back as a mere copy, with the epoch that it had, by %s',
  async (id) => {
    const folder = mkdtempSync(join(tmpdir(), 'nexus-backups-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const fileOf = (place: string) => join(folder, `${place}.db`);
    const factory = storeFactory('a store with bad backups', {
      open: (place, options) => new SqliteEventStore({ path: fileOf(place), ...options }),
      backup: async (place, store) => {
        await store.backup(`${fileOf(place)}.backup`);
        return () => copyFile(`${fileOf(place)}.backup`, fileOf(place));
      },
    });

    const [result] = await runSuite(factory, { only: [id], caseTimeoutMs: 5_000 });

    expect(result).toMatchObject({ id, outcome: 'failed' });
  },
);
