import { InMemoryJournal } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import type { Receipt } from '../types/Receipt.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import { nextEvents } from './nextEvents.ts';

const DRAFT = { eventType: 'A', payload: { n: 1 } };

/** A journal that shows its content through a distorting glass. */
class DistortedJournal extends InMemoryJournal {
  distortEvent: (event: RecordedEvent) => RecordedEvent | undefined = (event) => event;
  distortReceipt: (receipt: Receipt | undefined) => Receipt | undefined = (receipt) => receipt;

  override async *scan() {
    for await (const page of super.scan()) yield page.flatMap((event) => this.distortEvent(event) ?? []);
  }

  override async getReceipt(aggregateId: string, version: number) {
    return this.distortReceipt(await super.getReceipt(aggregateId, version));
  }
}

async function arrange() {
  const journal = new DistortedJournal();
  const store = new GovernedEventStore(journal);
  await store.append([...nextEvents('a', 0, [DRAFT, DRAFT]), ...nextEvents('b', 0, [DRAFT])]);
  await store.append(nextEvents('a', 2, [DRAFT]));
  return { journal, store };
}

it('finds a store clean, and counts what it read', async () => {
  const { store } = await arrange();
  const progress: number[] = [];

  const report = await store.verify({ onProgress: (events) => progress.push(events) });

  expect(report).toMatchObject({ clean: true, events: 4, aggregates: 2, findings: [], findingsTotal: 0 });
  expect(progress.at(-1)).toBe(4);
});

it.each([
  ['digest', (event: RecordedEvent) => ({ ...event, payload: { n: 2 } })],
  ['version-gap', (event: RecordedEvent) => (event.aggregateVersion === 2 ? undefined : event)],
])('finds %s', async (rule, distort) => {
  const { journal, store } = await arrange();
  journal.distortEvent = distort;

  const report = await store.verify();

  expect(report.clean).toBe(false);
  expect(report.findings.map((finding) => finding.rule)).toContain(rule);
});

it.each([
  ['receipt-missing', () => undefined],
  ['receipt-mismatch', (receipt: Receipt | undefined) => receipt && { ...receipt, digest: '1:00' }],
])('finds %s', async (rule, distort) => {
  const { journal, store } = await arrange();
  journal.distortReceipt = distort;

  const report = await store.verify();

  expect(report).toMatchObject({ clean: false });
  expect(new Set(report.findings.map((finding) => finding.rule))).toEqual(new Set([rule]));
});

it('notes timestamps that step back, which are lawful', async () => {
  const { store } = await arrange();
  await store.append(nextEvents('a', 3, [{ ...DRAFT, timestamp: '2001-01-01T00:00:00.000Z' }]));

  const report = await store.verify();

  expect(report).toMatchObject({
    clean: true,
    findings: [{ rule: 'timestamp-steps-back', severity: 'note', aggregateVersion: 4 }],
  });
});

it('keeps the first 1,000 findings, and counts all', async () => {
  const { journal, store } = await arrange();
  await store.append(
    nextEvents(
      'c',
      0,
      Array.from({ length: 1_500 }, () => DRAFT),
    ),
  );
  journal.distortEvent = (event) => ({ ...event, payload: { n: 2 } });

  const report = await store.verify();

  expect(report.findings).toHaveLength(1_000);
  expect(report.findingsTotal).toBe(1_504);
});

it('reads the receipt of an append of many aggregates once', async () => {
  const { journal, store } = await arrange();
  const events = Array.from({ length: 50 }, (_, index) => nextEvents(`wide-${index}`, 0, [DRAFT, DRAFT])).flat();
  const { receipts } = await store.append(events);
  const read: unknown[] = [];
  journal.distortReceipt = (receipt) => {
    read.push(receipt?.receiptId);
    return receipt;
  };

  const report = await store.verify();

  expect(report).toMatchObject({ clean: true, aggregates: 52 });
  expect(read.filter((receiptId) => receiptId === receipts[0]?.receiptId)).toHaveLength(1);
});
