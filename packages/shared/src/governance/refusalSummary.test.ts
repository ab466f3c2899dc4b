import { expect, test } from 'vitest';
import { InvalidEventError, PolicyDeniedError, StoreUnavailableError } from '../types/errors.ts';
import type { PreparedAppend } from './envelope.ts';
import { placesOf, summaryOf } from './refusalSummary.ts';

test('an error that is none of ours is told by no word of its own', () => {
  expect(summaryOf(new TypeError('hunter2'))).toEqual({ code: 'UNEXPECTED' });
});

test('an error that is about no field is told by its message', () => {
  const error = new StoreUnavailableError('The disk is full', { reason: 'full' });

  expect(summaryOf(error)).toEqual({ code: 'STORE_UNAVAILABLE', message: 'The disk is full' });
});

test('violations are told by place and rule, the first 20, and never by what was found', () => {
  const found = { expected: 'string', found: 'hunter2', message: 'hunter2 is none' };
  const violations = Array.from({ length: 21 }, (_, eventIndex) => ({
    eventIndex,
    pointer: '/n',
    keyword: 'type',
    ...found,
  }));
  const ofAll = [{ pointer: '', keyword: 'size', ...found }];

  const summary = summaryOf(new InvalidEventError(violations));

  const expected = violations
    .slice(0, 20)
    .map(({ eventIndex, pointer, keyword }) => ({ eventIndex, pointer, keyword }));
  expect(summary).toEqual({ code: 'INVALID_EVENT', violations: expected });
  expect(summaryOf(new InvalidEventError(ofAll)).violations).toStrictEqual([{ pointer: '', keyword: 'size' }]);
});

test('policies are told by name, each once, the first 20', () => {
  const denials = Array.from({ length: 42 }, (_, index) => ({ policy: `p${index % 21}`, message: 'hunter2' }));
  const error = new PolicyDeniedError('hunter2', { action: 'append', revision: '1:9d', denials });

  const policies = Array.from({ length: 20 }, (_, index) => `p${index}`);
  expect(summaryOf(error)).toEqual({ code: 'POLICY_DENIED', action: 'append', revision: '1:9d', policies });
});

test('the aggregates of an append are counted, and the first 100 named', () => {
  const shares = Array.from({ length: 101 }, (_, index) => ({
    aggregateId: `a${index}`,
    fromVersion: 1,
    toVersion: 2,
  }));

  const places = placesOf({ shares } as unknown as PreparedAppend);

  expect(places).toEqual({ aggregates: 101, shares: shares.slice(0, 100) });
});
