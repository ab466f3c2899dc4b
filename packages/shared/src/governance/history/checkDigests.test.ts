import { expect, it } from 'vitest';
import type { PreparedAppend } from '../envelope.ts';
import { checkDigests } from './checkDigests.ts';

function appendOf(digests: readonly string[]): PreparedAppend {
  const events = digests.map((digest, index) => ({ event: { eventId: `e${index}` }, digest }));
  return { events } as unknown as PreparedAppend;
}

function refusalOf(append: PreparedAppend, digests: readonly string[]): unknown {
  try {
    return checkDigests(append, digests);
  } catch (error) {
    return error;
  }
}

it('takes events that have the digests that their receipt speaks for', () => {
  expect(refusalOf(appendOf(['1:a', '1:b']), ['1:a', '1:b'])).toBeUndefined();
});

it('names every event that was changed since, and the digest that it has', () => {
  const place = { pointer: '/recorded/digest', keyword: 'digest' };

  const refusal = refusalOf(appendOf(['1:a', '1:b', '1:c']), ['1:a', '1:x']);

  expect(refusal).toMatchObject({
    code: 'INVALID_EVENT',
    details: { eventIndex: 1, eventId: 'e1' },
    violations: [
      { ...place, eventIndex: 1, eventId: 'e1', expected: '1:b', message: expect.stringContaining('e1') },
      { ...place, eventIndex: 2, eventId: 'e2', expected: '1:c', message: expect.stringContaining('e2') },
    ],
  });
});

it('names the first 100', () => {
  const digests = Array.from({ length: 101 }, (_, index) => `1:${index}`);

  expect(refusalOf(appendOf(digests), [])).toHaveProperty('violations.length', 100);
});
