import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CommitEvent } from '../ports/EventJournal.ts';
import { isNexusError, type NexusError } from '../types/errors.ts';
import { judgeAppend, type StoredPlace } from './judgeAppend.ts';

/** A commit of one aggregate: from a version on, events with these contents. */
function commitOf(fromVersion: number, contents: readonly string[], idOf = (content: string) => content) {
  const events = contents.map((content, index) => ({
    event: { aggregateId: 'a', aggregateVersion: fromVersion + index, eventId: idOf(content) },
    digest: content,
  })) as unknown as CommitEvent[];
  return { events, shares: [{ aggregateId: 'a', fromVersion, toVersion: fromVersion + contents.length - 1 }] };
}

function stateOf(contents: readonly string[], idOf = (content: string) => content) {
  const places: StoredPlace[] = contents.map((content) => ({ eventId: idOf(content), digest: content }));
  return { versionOf: () => places.length, placeAt: (_id: string, version: number) => places[version - 1] };
}

function verdict(commit: ReturnType<typeof commitOf>, state: ReturnType<typeof stateOf>): string {
  try {
    return judgeAppend(commit, state);
  } catch (error) {
    return isNexusError(error) ? error.code : 'UNEXPECTED';
  }
}

const contents = fc.array(fc.string({ minLength: 1, maxLength: 1, unit: fc.constantFrom('p', 'q', 'r') }), {
  maxLength: 5,
});

it('agrees with the rules, stated plainly, on every history and append', () => {
  fc.assert(
    fc.property(contents, fc.integer({ min: 1, max: 7 }), contents, (stored, from, wanted) => {
      fc.pre(wanted.length > 0);
      const overlap = stored.slice(from - 1, from - 1 + wanted.length);
      const isSame = overlap.length === wanted.length && overlap.every((content, index) => content === wanted[index]);
      const expected = isSame
        ? 'same'
        : from <= stored.length
          ? 'CONCURRENCY_CONFLICT'
          : from > stored.length + 1
            ? 'VERSION_GAP'
            : 'new';

      expect(verdict(commitOf(from, wanted), stateOf(stored))).toBe(expected);
    }),
  );
});

it('tells a mismatch before a conflict: the same id with another digest', () => {
  const idOf = (content: string) => content.slice(0, 1);

  expect(verdict(commitOf(1, ['p-changed', 'q']), stateOf(['x', 'y'], idOf))).toBe('CONCURRENCY_CONFLICT');
  expect(verdict(commitOf(2, ['q-changed'], idOf), stateOf(['p', 'q-first'], idOf))).toBe('IDEMPOTENCY_MISMATCH');
});

it('names what is already stored when only a part of the append is', () => {
  const judge = () => judgeAppend(commitOf(2, ['q', 'r']), stateOf(['p', 'q']));

  expect(judge).toThrow(
    expect.objectContaining({
      code: 'CONCURRENCY_CONFLICT',
      details: {
        aggregateId: 'a',
        expectedVersion: 1,
        actualVersion: 2,
        alreadyStored: [{ aggregateId: 'a', aggregateVersion: 2 }],
      },
    }),
  );
});

function failureOf(commit: Parameters<typeof judgeAppend>[0], state: Parameters<typeof judgeAppend>[1]): unknown {
  try {
    return judgeAppend(commit, state);
  } catch (error) {
    return error;
  }
}

it('names no events as stored when none of the append is, and says what to do', () => {
  const failure = failureOf(commitOf(2, ['r']), stateOf(['p', 'q']));

  expect(failure).toMatchObject({
    message: 'a is at version 2, and the append expected 1; load it, decide again, and append behind its version',
  });
  expect((failure as NexusError).details).toStrictEqual({ aggregateId: 'a', expectedVersion: 1, actualVersion: 2 });
});

it('says of a changed event where it is stored, and both digests', () => {
  const idOf = (content: string) => content.slice(0, 1);

  const failure = failureOf(commitOf(2, ['q-changed'], idOf), stateOf(['p', 'q-first'], idOf));

  expect(failure).toMatchObject({
    message:
      'Event q is already stored at version 2 of a with other content; ' +
      'give a changed event a new eventId and a new version',
    details: {
      aggregateId: 'a',
      aggregateVersion: 2,
      eventId: 'q',
      storedDigest: 'q-first',
      digest: 'q-changed',
    },
  });
});

it('says of a gap where to go on', () => {
  const failure = failureOf(commitOf(4, ['r']), stateOf(['p']));

  expect(failure).toMatchObject({
    message: 'a is at version 1, and the append begins at 4; number its events from 2',
    details: { aggregateId: 'a', expectedVersion: 3, actualVersion: 1 },
  });
});

it('finds the conflict of one aggregate in an append over two', () => {
  const first = commitOf(1, ['p']);
  const shares = [
    { aggregateId: 'new', fromVersion: 1, toVersion: 1 },
    { aggregateId: 'a', fromVersion: 1, toVersion: 1 },
  ];
  const event = { event: { aggregateId: 'new', aggregateVersion: 1, eventId: 'n' }, digest: 'n' };
  const state = { versionOf: (id: string) => (id === 'a' ? 1 : 0), placeAt: () => ({ eventId: 'x', digest: 'x' }) };

  const failure = failureOf({ events: [event as never, ...first.events], shares }, state);

  expect(failure).toMatchObject({ code: 'CONCURRENCY_CONFLICT', details: { aggregateId: 'a', actualVersion: 1 } });
});

it('looks at no place behind the version, and takes one that is not there for another append', () => {
  const looked: number[] = [];
  const placeAt = (_id: string, version: number) => {
    looked.push(version);
    return undefined;
  };

  const failure = failureOf(commitOf(1, ['p', 'q']), { versionOf: () => 1, placeAt });

  expect(failure).toMatchObject({ code: 'CONCURRENCY_CONFLICT' });
  expect((failure as NexusError).details).not.toHaveProperty('alreadyStored');
  expect(looked).toEqual([1]);
});
