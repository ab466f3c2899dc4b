import assert from 'node:assert/strict';
import { type DomainEvent, isNexusError, type NexusError } from '@nexus/shared';
import type { ConformingStore } from '../Harness.ts';
import { eventsOf } from './events.ts';

/** Events of one append of {@link fill}. */
const BATCH = 250;

/** The error with this code that the attempt is refused with. */
export async function refusalOf(attempt: Promise<unknown>, code: string): Promise<NexusError> {
  const outcome = await attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) assert.fail(`expected a refusal as ${code}, and it was accepted`);
  if (!isNexusError(outcome.error)) throw outcome.error;
  assert.equal(outcome.error.code, code, `expected a refusal as ${code}, got: ${outcome.error.message}`);
  return outcome.error;
}

/** Like {@link refusalOf}, and nothing in the store has changed: no event, no digest, no order. */
export async function refusedWithoutTrace(
  store: ConformingStore,
  code: string,
  attempt: () => Promise<unknown>,
): Promise<NexusError> {
  const before = await contentOf(store);
  const error = await refusalOf(attempt(), code);
  assert.deepEqual(await contentOf(store), before, `the refusal as ${code} left a trace`);
  return error;
}

/** Everything that a store holds, in the order of its feed, as text. */
export async function contentOf(store: ConformingStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of store.exportEvents()) lines.push(JSON.stringify(event));
  return lines;
}

/** What the client said of an event, as text: payload and metadata with their keys in the client's order. */
function textOf(event: DomainEvent): string {
  const { eventId, eventType, aggregateId, aggregateType, aggregateVersion, timestamp, payload, metadata } = event;
  return JSON.stringify([
    eventId,
    eventType,
    aggregateId,
    aggregateType ?? null,
    aggregateVersion,
    timestamp,
    payload,
    metadata,
  ]);
}

/** The events are the expected ones, in their order, to the letter. */
export function sameEvents(actual: readonly DomainEvent[], expected: readonly DomainEvent[]): void {
  assert.deepEqual(actual.map(textOf), expected.map(textOf));
}

/** Appends valid events to a new aggregate, up to this version, in batches that every store takes. */
export async function fill(store: ConformingStore, aggregateId: string, toVersion: number): Promise<void> {
  for (let version = 1; version <= toVersion; version += BATCH) {
    await store.append(eventsOf(aggregateId, version, Math.min(version + BATCH - 1, toVersion)));
  }
}

/** `[aggregateId, version]` of each event. */
export function placesOf(events: readonly DomainEvent[]): [string, number][] {
  return events.map((event) => [event.aggregateId, event.aggregateVersion]);
}

/** The aggregate holds exactly these events. */
export async function holds(
  store: ConformingStore,
  aggregateId: string,
  expected: readonly DomainEvent[],
): Promise<void> {
  sameEvents(await store.getEvents(aggregateId), expected);
  assert.equal(await store.getVersion(aggregateId), expected.length);
}

/** Storage, digests, versions and receipts agree. */
export async function isClean(store: ConformingStore): Promise<void> {
  const report = await store.verify();
  assert.deepEqual(
    report.findings.filter((finding) => finding.severity === 'error'),
    [],
  );
  assert.equal(report.clean, true);
}

/** All items of an async iterable. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
