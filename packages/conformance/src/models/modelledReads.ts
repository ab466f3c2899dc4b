import assert from 'node:assert/strict';
import type { DomainEvent, EventQuery, Receipt } from '@nexus/shared';
import { at } from '../bench/events.ts';
import { collect, sameEvents } from '../bench/expectations.ts';
import { Recorder, subscribed } from '../bench/Recorder.ts';
import type { ConformingStore } from '../Harness.ts';
import { aggregateIdOf, eventTypeOf } from './EventMaker.ts';
import type { Script } from './Script.ts';
import type { Step } from './Step.ts';
import type { ModelEvent, StoreModel } from './StoreModel.ts';

/** A store beside its model, with the script of what was done to both. */
export interface Modelled {
  readonly store: ConformingStore;
  readonly model: StoreModel;
  readonly script: Script;
  /** Of each append of the model, by its number. */
  readonly receipts: ReadonlyMap<number, Receipt>;
}

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** Reads one aggregate: within bounds, in either direction, up to a limit. */
export async function read({ store, model, script }: Modelled, step: StepOf<'read'>): Promise<void> {
  const aggregateId = aggregateIdOf(step.aggregate);
  const fromVersion = Math.max(1, step.fromVersion);
  const toVersion = step.toVersion === 0 ? undefined : step.toVersion;
  const within = eventsIn(model.eventsOf(aggregateId).slice(fromVersion - 1, toVersion));
  const ordered = step.isBackward ? within.toReversed() : within;
  const expected = step.limit === 0 ? ordered : ordered.slice(0, step.limit);
  if (!step.isBackward && step.limit === 0) {
    script.expect(
      idsOf(expected),
      `await ids(await store.getEvents(${argumentsOf(aggregateId, fromVersion, toVersion)}))`,
    );
    return sameEvents(await store.getEvents(aggregateId, fromVersion, toVersion), expected);
  }
  const options = {
    fromVersion,
    ...(toVersion === undefined ? {} : { toVersion }),
    direction: step.isBackward ? ('backward' as const) : ('forward' as const),
    ...(step.limit === 0 ? {} : { limit: step.limit }),
  };
  const call = `store.readAggregate(${argumentsOf(aggregateId, options)})`;
  script.expect(idsOf(expected), `await ids(${call})`);
  sameEvents(await collect(store.readAggregate(aggregateId, options)), expected);
}

/** The version, and the receipt of one of the versions. */
export async function version({ store, model, script, receipts }: Modelled, step: StepOf<'version'>): Promise<void> {
  const aggregateId = aggregateIdOf(step.aggregate);
  const expected = model.versionOf(aggregateId);
  script.expect(String(expected), `await store.getVersion(${argumentsOf(aggregateId)})`);
  assert.equal(await store.getVersion(aggregateId), expected);
  const picked = 1 + (step.pick % (expected + 1));
  const receipt = receipts.get(model.eventsOf(aggregateId)[picked - 1]?.append ?? 0);
  const call = `store.getReceipt(${argumentsOf(aggregateId, picked)})`;
  script.expect(String(receipt?.digest), `(await ${call})?.digest`);
  assert.deepEqual(await store.getReceipt(aggregateId, picked), receipt);
}

/** All pages of a temporal query. */
export async function query({ store, model, script }: Modelled, step: StepOf<'query'>): Promise<void> {
  const [first, last] = step.between.toSorted((left, right) => left - right) as [number, number];
  const limit = Math.max(1, step.limit);
  const asked = { eventType: eventTypeOf(step.eventType), startTime: at(first), endTime: at(last), limit };
  const expected = model.query(asked.eventType, asked.startTime, asked.endTime);
  script.expect(idsOf(expected), `await ids(await pages(${JSON.stringify(asked)}))`);
  sameEvents(await eventsOfPages(store, asked, expected.length + 1), expected);
}

async function eventsOfPages(store: ConformingStore, asked: EventQuery, pagesMax: number): Promise<DomainEvent[]> {
  const events: DomainEvent[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await store.queryEvents({ ...asked, ...(cursor === undefined ? {} : { cursor }) });
    events.push(...page.events);
    assert.ok(page.events.length <= (asked.limit as number), 'the page is longer than its limit');
    assert.equal(page.partial === undefined, page.cursor === undefined, 'a reason comes with a cursor');
    if (page.cursor === undefined) return events;
    cursor = page.cursor;
  }
  return assert.fail(`the query has no end after ${pagesMax} pages`);
}

/** The feed from its start to its end: of each aggregate every version, in order. */
export async function subscribe({ store, model, script }: Modelled): Promise<void> {
  if (store.subscribeToStream === undefined) return;
  const aggregates = Map.groupBy(eventsIn(model.all()), ({ aggregateId }) => aggregateId);
  for (const [aggregateId, own] of aggregates) {
    script.expect(idsOf(own), `await feed(${argumentsOf(aggregateId, own.length)})`);
  }
  const recorder = new Recorder();
  const subscription = await subscribed(store, recorder, { from: 'start' });
  try {
    await recorder.untilHandled(model.all().length);
  } finally {
    await subscription.close();
  }
  assert.equal(recorder.handled.length, model.all().length);
  for (const [aggregateId, own] of aggregates) {
    sameEvents(
      recorder.handled.filter((event) => event.aggregateId === aggregateId),
      own,
    );
  }
}

function eventsIn(stored: readonly ModelEvent[]): DomainEvent[] {
  return stored.map(({ event }) => event);
}

function idsOf(events: readonly DomainEvent[]): string {
  return events.map(({ eventId }) => eventId).join();
}

/** As they are written in a call. */
export function argumentsOf(...values: readonly unknown[]): string {
  return values
    .filter((value) => value !== undefined)
    .map((value) => JSON.stringify(value))
    .join(', ');
}
