import { describe, expect, it, test } from 'vitest';
import type { HistoryAppend } from '../../ports/EventStoreAdmin.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import type { AggregateShare, Receipt } from '../../types/Receipt.ts';
import { digestOfAppend } from '../digest.ts';
import { originOf, provenanceOf, rulesNamedBy } from './provenanceOf.ts';

const MADE_FOR_OTHERS = { code: 'INVALID_EVENT', violations: [{ keyword: 'receipt' }] };

function eventAt(aggregateId: string, aggregateVersion: number): RecordedEvent {
  const recorded = { digest: `1:${aggregateId}${aggregateVersion}`, receiptId: 'r1', schemaVersion: '1' };
  const place = { eventId: `${aggregateId}-${aggregateVersion}`, aggregateId, aggregateVersion };
  const timestamp = '2026-01-31T12:00:00.000Z';
  return { ...place, eventType: 'A', timestamp, payload: {}, metadata: {}, recorded } as unknown as RecordedEvent;
}

function shareOf(aggregateId: string, fromVersion: number, toVersion: number): AggregateShare {
  return { aggregateId, fromVersion, toVersion };
}

function receiptOver(shares: readonly AggregateShare[], digests: readonly string[]): Receipt {
  return {
    receiptId: 'r1',
    digest: digestOfAppend(digests),
    shares,
    actor: { id: 'ann', roles: [], client: 'app' },
    decidedAt: '2026-01-31T12:00:00.000Z',
    mode: 'enforce',
    schemas: [{ eventType: 'A', outcome: 'valid', version: '1', digest: '1:5c' }],
    policy: null,
  };
}

const FIRST = receiptOver([shareOf('a', 1, 2), shareOf('b', 4, 4)], ['1:a1', '1:a2', '1:b4']);
const WHOLE: HistoryAppend = {
  events: [eventAt('a', 1), eventAt('b', 4), eventAt('a', 2)],
  receipt: FIRST,
  storeId: 's',
};

/** The share of `a`, as a store that takes one aggregate in an append has it. */
function partWith(origin: Partial<Receipt>): HistoryAppend {
  const own = receiptOver([shareOf('a', 1, 2)], ['1:a1', '1:a2']);
  const receipt: Receipt = { ...own, mode: 'history', origin: { receipt: { ...FIRST, ...origin }, storeId: 'first' } };
  return { events: [eventAt('a', 1), eventAt('a', 2)], receipt, storeId: 'second' };
}

function refusalOf(history: unknown): unknown {
  try {
    return originOf(history as HistoryAppend);
  } catch (error) {
    return error;
  }
}

describe('the origin of an append', () => {
  test('is its receipt with its store, in whatever order the events of its aggregates stand', () => {
    expect(originOf(WHOLE)).toEqual({ receipt: FIRST, storeId: 's' });
  });

  test('stays the first one where the receipt has one, which may cover more', () => {
    expect(originOf(partWith({}))).toEqual({ receipt: FIRST, storeId: 'first' });
  });

  it.each<[string, Partial<HistoryAppend>]>([
    ['lack one', { events: WHOLE.events.slice(1) }],
    ['hold one more', { events: [...WHOLE.events, eventAt('b', 5)] }],
    ['hold one twice', { events: [...WHOLE.events.slice(1), eventAt('a', 2)] }],
    ['hold another one', { events: [...WHOLE.events.slice(1), eventAt('a', 3)] }],
    ['have other digests', { receipt: { ...FIRST, digest: '1:00' } }],
  ])('is refused where the events %s', (_what, change) => {
    expect(refusalOf({ ...WHOLE, ...change })).toMatchObject(MADE_FOR_OTHERS);
  });

  it.each<[string, Partial<Receipt>]>([
    ['another aggregate', { shares: [shareOf('b', 1, 2)] }],
    ['fewer events', { shares: [shareOf('a', 1, 1)], digest: digestOfAppend(['1:a1']) }],
    ['later events', { shares: [shareOf('a', 2, 3)] }],
    ['other content', { shares: [shareOf('a', 1, 2)], digest: '1:00' }],
  ])('is refused where the first receipt was made for %s', (_what, origin) => {
    expect(refusalOf(partWith(origin))).toMatchObject(MADE_FOR_OTHERS);
  });

  it('is refused where its receipt counts an event twice', () => {
    const receipt = receiptOver([shareOf('a', 1, 1), shareOf('a', 1, 1)], ['1:a1', '1:a1']);
    const events = [eventAt('a', 1), eventAt('a', 1)];

    expect(refusalOf({ events, receipt, storeId: 's' })).toMatchObject(MADE_FOR_OTHERS);
  });

  it('is refused where the first receipt was made for a part of it', () => {
    const part = { ...FIRST, shares: [shareOf('a', 1, 2)], digest: digestOfAppend(['1:a1', '1:a2']) };
    const receipt: Receipt = { ...FIRST, mode: 'history', origin: { receipt: part, storeId: 'first' } };

    expect(refusalOf({ ...WHOLE, receipt })).toMatchObject(MADE_FOR_OTHERS);
  });

  test('has the same content where the first receipt covers the same places', () => {
    const same = { shares: [shareOf('a', 1, 2)], digest: digestOfAppend(['1:a1', '1:a2']) };

    expect(originOf(partWith(same)).receipt).toMatchObject(same);
  });

  it.each([
    ['storeId', { storeId: '' }],
    ['storeId', { storeId: 7 }],
    ['receipt', { receipt: undefined }],
    ['events[1].recorded.digest', { events: [eventAt('a', 1), { ...eventAt('a', 2), recorded: {} }, eventAt('b', 4)] }],
    ['events[0].recorded.digest', { events: [{ ...eventAt('a', 1), recorded: undefined }] }],
  ])('is refused by name where %s is none', (argument, change) => {
    const refusal = { code: 'INVALID_ARGUMENT', details: { argument } };

    expect(refusalOf({ ...WHOLE, ...change })).toMatchObject(refusal);
  });
});

test('a part inherits the digests of its events, and the versions of schemas that the first receipt names', () => {
  const findRules = () => undefined;
  const origin = { receipt: FIRST, storeId: 's' };
  const other = { ...eventAt('b', 4), eventType: 'B' };

  const provenance = provenanceOf([eventAt('a', 2), other], origin, findRules);

  expect(provenance).toEqual({ origin, findRules, digests: ['1:a2', '1:b4'], schemaVersions: ['1', undefined] });
  expect(provenanceOf([], origin, undefined)).not.toHaveProperty('findRules');
});

test('a version of no schema is none that a part inherits', () => {
  const receipt: Receipt = { ...FIRST, schemas: [{ eventType: 'A', outcome: 'unknown-allowed' }] };

  expect(provenanceOf([eventAt('a', 1)], { receipt, storeId: 's' }, undefined).schemaVersions).toEqual([undefined]);
});

test('the rules that a receipt names are its schemas and its set of policies, where it has any', () => {
  const policy = { engine: 'cel', revision: '1:9d', decision: 'allow', matched: [] } as const;
  const schemas = [...FIRST.schemas, { eventType: 'B', outcome: 'unknown-allowed' } as const];

  expect(rulesNamedBy({ ...FIRST, schemas, policy })).toEqual(['1:5c', '1:9d']);
  expect(rulesNamedBy(FIRST)).toEqual(['1:5c']);
});
