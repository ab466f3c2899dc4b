import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CommitEvent } from '../ports/EventJournal.ts';
import { isNexusError } from '../types/errors.ts';
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
