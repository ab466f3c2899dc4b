import { expect, it } from 'vitest';
import { InMemoryRecordStore } from '../feed/InMemoryRecordStore.ts';
import { readSeals } from './readSeals.ts';

const SEAL = { chain: 'c1', sequence: 3, hash: '1:ab', file: 'c1.jsonl', at: '2026-01-31T12:00:00.000Z' };

it('gives the seals by chain, and no other records', async () => {
  const records = new InMemoryRecordStore();
  await records.put('audit-seal/c2', { ...SEAL, chain: 'c2' }, null);
  await records.put('audit-seal/c1', SEAL, null);
  await records.put('consumer/c1', SEAL, null);

  const seals = await readSeals(records);

  expect(seals).toEqual([SEAL, { ...SEAL, chain: 'c2' }]);
});

it.each([
  ['no object', 'text'],
  ['without a hash', { ...SEAL, hash: '' }],
  ['of line 0', { ...SEAL, sequence: 0 }],
  ['of another chain', { ...SEAL, chain: 'c2' }],
])('refuses a seal that is %s', async (_, value) => {
  const records = new InMemoryRecordStore();
  await records.put('audit-seal/c1', value, null);

  await expect(readSeals(records)).rejects.toMatchObject({
    code: 'CORRUPT_STORE',
    details: { where: 'audit-seal/c1' },
  });
});
