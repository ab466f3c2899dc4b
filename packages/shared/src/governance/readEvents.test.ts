import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import type { AggregateRange } from '../ports/EventJournal.ts';
import type { ReadAggregateOptions } from '../ports/EventStorePort.ts';
import { InvalidArgumentError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import { checkEventId, checkPrincipal, checkTime } from './parameters.ts';
import { readEvents } from './readEvents.ts';

/** Keeps what it is asked for. */
class AskedJournal extends InMemoryJournal {
  readonly asked: AggregateRange[] = [];

  override async *readAggregate(aggregateId: string, range: AggregateRange) {
    this.asked.push(range);
    yield* super.readAggregate(aggregateId, range);
  }
}

async function askedBy(options: ReadAggregateOptions): Promise<AggregateRange | undefined> {
  const journal = new AskedJournal();
  for await (const _ of readEvents(journal, 'a', options));
  return journal.asked[0];
}

function refusalOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof InvalidArgumentError ? error.details.argument : error;
  }
}

describe('a read of one aggregate', () => {
  it('is of all its events, forward, unless it is told otherwise', async () => {
    expect(await askedBy({})).toEqual({ fromVersion: 1, direction: 'forward' });
  });

  it('is as narrow as it is told', async () => {
    const { signal } = new AbortController();
    const options = { fromVersion: 2, toVersion: 2, direction: 'backward', limit: 1, signal } as const;

    expect(await askedBy(options)).toEqual(options);
  });

  it.each([
    ['fromVersion', { fromVersion: 0 }],
    ['fromVersion', { fromVersion: 1.5 }],
    ['toVersion', { toVersion: 0 }],
    ['direction', { direction: 'up' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: Number.POSITIVE_INFINITY }],
    ['upcast', { upcast: 'no' }],
  ])('names %s at once where it is none', (argument, options) => {
    const journal = new AskedJournal();

    const refusal = refusalOf(() => readEvents(journal, 'a', options as unknown as ReadAggregateOptions));

    expect(refusal).toBe(argument);
    expect(refusalOf(() => readEvents(journal, '', {}))).toBe('aggregateId');
  });

  it('does not begin where it was given up', () => {
    const signal = AbortSignal.abort(new Error('stop'));

    expect(() => readEvents(new AskedJournal(), 'a', { signal })).toThrow('stop');
  });
});

describe('a parameter', () => {
  it('that is a time has any zone, and is compared in UTC', () => {
    expect(checkTime('startTime', '2026-01-31T13:00:00+01:00')).toBe('2026-01-31T12:00:00.000Z');
  });

  it.each([undefined, 7, ['2026-01-31T12:00:00.000Z'], '2026-01-31', '2026-01-31T12:00:00'])(
    'that is the time %j is refused',
    (time) => {
      expect(refusalOf(() => checkTime('startTime', time))).toBe('startTime');
    },
  );

  it('that is no event id is refused', () => {
    expect(refusalOf(() => checkEventId(7))).toBe('eventId');
  });

  it.each([
    { id: 7, roles: [], client: 'app' },
    { id: '', roles: [], client: 'app' },
    { id: 'ann', roles: [], client: 7 },
    { id: 'ann', roles: 'clerk', client: 'app' },
    { id: 'ann', roles: ['clerk', 7], client: 'app' },
  ])('that is the principal %j is refused', (principal) => {
    expect(refusalOf(() => checkPrincipal(principal as Principal))).toBe('principal');
  });
});
