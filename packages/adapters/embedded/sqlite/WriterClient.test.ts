import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { fileIdOf } from './fileIdOf.ts';
import type { RecordRequest } from './protocol.ts';
import { openStoreFile } from './store-file.ts';
import { temporaryFolder } from './testing/fixtures.ts';
import { WriterClient } from './WriterClient.ts';

function clientOf({ waitingBytesMax }: { waitingBytesMax: number }) {
  const path = join(temporaryFolder(), 'nexus.db');
  openStoreFile(path, 1_000).database.close();
  const client = new WriterClient({
    settings: { path, fileId: fileIdOf(path), busyTimeoutMs: 5_000, fileBytesMax: null },
    waitingBytesMax,
    onGroup: () => {},
    lookUp: () => ({ kind: 'ambiguous', failure: { reason: 'driver-error', sqliteCode: 0, message: 'died' } }),
  });
  onTestFinished(() => client.close());
  return { client, path };
}

const recordOf = (key: string, bytes: number): RecordRequest => ({
  kind: 'record',
  bytes,
  key,
  value: '1',
  revision: key,
  expected: null,
});

test('what would wait beyond the bound is refused, and accepted again once there is room', async () => {
  const { client } = clientOf({ waitingBytesMax: 100 });

  const accepted = client.writeRecord(recordOf('a', 101));
  const refused = client.writeRecord(recordOf('b', 1));

  await expect(refused).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'overloaded' } });
  expect(await accepted).toEqual({ kind: 'stored' });
  expect(await client.writeRecord(recordOf('c', 1))).toEqual({ kind: 'stored' });
});

test('a client that never wrote closes without a thread', async () => {
  const { client } = clientOf({ waitingBytesMax: 100 });

  await client.close();

  expect(client.stats).toEqual({ transactions: 0, requests: 0, starts: 0 });
});

test('a request that cannot be sent or stored fails, and those after it are written', async () => {
  const { client, path } = clientOf({ waitingBytesMax: 1_000 });
  const unsendable = { ...recordOf('a', 1), key: () => {} } as unknown as RecordRequest;
  const unstorable = { ...recordOf('a', 1), kind: 'append' } as unknown as RecordRequest;

  await expect(client.writeRecord(unsendable)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const outcome = await client.writeRecord(unstorable);
  await client.writeRecord(recordOf('b', 1));

  expect(outcome).toMatchObject({ kind: 'failed' });
  const database = new DatabaseSync(path);
  expect(database.prepare('SELECT key FROM records').all()).toEqual([{ key: 'b' }]);
  database.close();
});
