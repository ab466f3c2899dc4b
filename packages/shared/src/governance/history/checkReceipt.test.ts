import { expect, test } from 'vitest';
import { checkReceipt } from './checkReceipt.ts';

const POLICY = { engine: 'cel', revision: '1:00', decision: 'allow', matched: ['a'] };
const SHARE = { aggregateId: 'a', fromVersion: 1, toVersion: 2 };
const RECEIPT = {
  receiptId: 'r1',
  digest: '1:00',
  decidedAt: '2026-01-31T12:00:00.000Z',
  mode: 'enforce',
  shares: [SHARE],
  schemas: [{ eventType: 'Opened', outcome: 'valid' }],
  policy: POLICY,
  actor: { id: 'ann', client: 'app', roles: ['clerk'] },
};

test('takes a receipt as it is', () => {
  const observed = { ...RECEIPT, policy: { ...POLICY, observed: [{ policy: 'a', message: 'b' }] } };

  expect([RECEIPT, { ...RECEIPT, policy: null }, observed].map(checkReceipt)).toHaveLength(3);
});

test.each([
  ['receipt.receiptId', { receiptId: 7 }],
  ['receipt.digest', { digest: undefined }],
  ['receipt.mode', { mode: null }],
  ['receipt.shares', { shares: 'all' }],
  ['receipt.shares', { shares: [SHARE, null] }],
  ['receipt.shares', { shares: [{ ...SHARE, aggregateId: 7 }] }],
  ['receipt.shares', { shares: [{ ...SHARE, fromVersion: 0 }] }],
  ['receipt.shares', { shares: [{ ...SHARE, toVersion: 0 }] }],
  ['receipt.shares', { shares: [{ ...SHARE, fromVersion: 3 }] }],
  ['receipt.shares', { shares: [{ ...SHARE, toVersion: Number.POSITIVE_INFINITY }] }],
  ['receipt.schemas', { schemas: 'all' }],
  ['receipt.schemas', { schemas: [null] }],
  ['receipt.schemas', { schemas: [{ outcome: 'valid' }] }],
  ['receipt.schemas', { schemas: [{ eventType: 'Opened' }] }],
  ['receipt.schemas', { schemas: [{ eventType: 'Opened', outcome: 'valid', version: 1 }] }],
  ['receipt.schemas', { schemas: [{ eventType: 'Opened', outcome: 'valid', digest: 1 }] }],
  ['receipt.policy', { policy: 'cel' }],
  ['receipt.policy', { policy: undefined }],
  ['receipt.actor', { actor: null }],
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

test.each([
  ['receipt', null],
  ['receipt', [RECEIPT]],
  ['receipt.origin', { ...RECEIPT, origin: null }],
  ['receipt.origin.storeId', { ...RECEIPT, origin: { receipt: RECEIPT } }],
  ['receipt', { ...RECEIPT, origin: { storeId: 's' } }],
  [
    'receipt.origin.receipt',
    { ...RECEIPT, origin: { receipt: { ...RECEIPT, origin: { receipt: RECEIPT, storeId: 's' } }, storeId: 's' } },
  ],
])('names %s where it has no shape at all, or an origin that is none', (argument, value) => {
  const check = () => checkReceipt(value);

  expect(check).toThrow(expect.objectContaining({ message: expect.stringContaining(`${argument} must`) }));
});
