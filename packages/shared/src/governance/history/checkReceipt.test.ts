import { expect, test } from 'vitest';
import { checkReceipt } from './checkReceipt.ts';

const POLICY = { engine: 'cel', revision: '1:00', decision: 'allow', matched: ['a'] };
const RECEIPT = {
  receiptId: 'r1',
  digest: '1:00',
  decidedAt: '2026-01-31T12:00:00.000Z',
  mode: 'enforce',
  shares: [{ aggregateId: 'a', fromVersion: 1, toVersion: 2 }],
  schemas: [{ eventType: 'Opened', outcome: 'valid' }],
  policy: POLICY,
  actor: { id: 'ann', client: 'app', roles: ['clerk'] },
};

test('takes a receipt as it is', () => {
  const observed = { ...RECEIPT, policy: { ...POLICY, observed: [{ policy: 'a', message: 'b' }] } };

  expect([RECEIPT, { ...RECEIPT, policy: null }, observed].map(checkReceipt)).toHaveLength(3);
});

test.each([
  ['receipt.decidedAt', { decidedAt: 'yesterday' }],
  ['receipt.decidedAt', { decidedAt: '2026-01-31' }],
  ['receipt.actor.id', { actor: { client: 'app', roles: [] } }],
  ['receipt.actor.client', { actor: { id: 'ann', roles: [] } }],
  ['receipt.actor.roles', { actor: { id: 'ann', client: 'app', roles: 'admin' } }],
  ['receipt.policy', { policy: { ...POLICY, engine: undefined } }],
  ['receipt.policy.revision', { policy: { ...POLICY, revision: 1 } }],
  ['receipt.policy.matched', { policy: { ...POLICY, matched: undefined } }],
  ['receipt.policy.observed', { policy: { ...POLICY, observed: [null] } }],
])('names %s where it is none of a receipt', (argument, change) => {
  const refusal = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(argument) };

  expect(() => checkReceipt({ ...RECEIPT, ...change })).toThrow(expect.objectContaining(refusal));
  const origin = { receipt: { ...RECEIPT, ...change }, storeId: 's' };
  expect(() => checkReceipt({ ...RECEIPT, mode: 'history', origin })).toThrow(expect.objectContaining(refusal));
});
