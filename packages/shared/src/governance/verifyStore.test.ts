import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { CorruptStoreError, StoreUnavailableError } from '../types/errors.ts';
import type { Receipt } from '../types/Receipt.ts';
import { digestOfAppend, digestOfText } from './digest.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import { nextEvents } from './nextEvents.ts';

const DRAFT = { eventType: 'A', payload: { n: 1 } };

/** A journal that shows its content through a distorting glass. */
class DistortedJournal extends InMemoryJournal {
  distortEvent: (event: RecordedEvent) => RecordedEvent | undefined = (event) => event;
  distortReceipt: (receipt: Receipt | undefined) => Receipt | undefined = (receipt) => receipt;

  override async *scan(options: { readonly signal?: AbortSignal | undefined } = {}) {
    for await (const page of super.scan(options)) yield page.flatMap((event) => this.distortEvent(event) ?? []);
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
  for (const { aggregateId, aggregateVersion, message } of report.findings) {
    expect(message).toContain(`${aggregateId} at version ${aggregateVersion}`);
  }
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

  expect(report).toMatchObject({ events: 1_504, aggregates: 3 });
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

describe('a receipt', () => {
  /** What the receipt that begins at the third version of `a` is seen as. */
  async function verifyWith(change: (receipt: Receipt, digests: readonly string[]) => Partial<Receipt> | undefined) {
    const { journal, store } = await arrange();
    const digests = (await store.getEvents('a')).map(({ recorded }) => recorded.digest);
    journal.distortReceipt = (receipt) => {
      if (receipt?.shares[0]?.fromVersion !== 3) return receipt;
      const changed = change(receipt, digests);
      return changed === undefined ? undefined : { ...receipt, ...changed };
    };
    const { clean, findings } = await store.verify();
    return {
      clean,
      findings: findings.map(({ rule, aggregateId, aggregateVersion }) => [rule, aggregateId, aggregateVersion]),
    };
  }

  it('is looked for behind each other one of its aggregate', async () => {
    expect(await verifyWith(() => undefined)).toEqual({ clean: false, findings: [['receipt-missing', 'a', 3]] });
  });

  it('that covers another aggregate is none', async () => {
    const shares = [{ aggregateId: 'c', fromVersion: 3, toVersion: 3 }];

    expect(await verifyWith(() => ({ shares }))).toEqual({ clean: false, findings: [['receipt-missing', 'a', 3]] });
  });

  it('covers nothing that another one covers', async () => {
    const shares = [{ aggregateId: 'a', fromVersion: 1, toVersion: 3 }];
    const report = await verifyWith((_receipt, digests) => ({ shares, digest: digestOfAppend(digests) }));

    expect(report).toEqual({ clean: false, findings: [['receipt-mismatch', 'a', 3]] });
  });

  it.each([
    ['for other content at the same places contradicts it', { digest: '1:00' }, [['receipt-mismatch', 'a', 3]]],
    ['for the same content does not contradict it', {}, []],
    [
      'that covers more does not contradict it',
      { digest: '1:00', shares: [{ aggregateId: 'a', fromVersion: 2, toVersion: 3 }] },
      [],
    ],
  ])('with an origin %s', async (_what, change, findings) => {
    const report = await verifyWith((receipt) => ({ origin: { receipt: { ...receipt, ...change }, storeId: 's' } }));

    expect(report).toEqual({ clean: findings.length === 0, findings });
  });

  it('that is wrong is reported once for each of its aggregates', async () => {
    const { journal, store } = await arrange();
    await store.append([...nextEvents('c', 0, [DRAFT, DRAFT]), ...nextEvents('d', 0, [DRAFT, DRAFT, DRAFT])]);
    journal.distortReceipt = (receipt) =>
      receipt?.shares[0]?.aggregateId === 'c' ? { ...receipt, digest: '1:00' } : receipt;

    const { findings } = await store.verify();

    expect(findings.map(({ aggregateId, aggregateVersion }) => [aggregateId, aggregateVersion])).toEqual([
      ['c', 1],
      ['d', 1],
    ]);
  });
});

describe('damaged storage', () => {
  it('is a finding', async () => {
    const { journal, store } = await arrange();
    journal.checkIntegrity = async () => [{ where: 'page 7', found: 'no page' }];

    const report = await store.verify();

    const findings = [{ severity: 'error', rule: 'storage', message: 'page 7: no page' }];
    expect(report).toMatchObject({ clean: false, events: 4, findings, findingsTotal: 1 });
  });

  it('that stops the reading is a finding too, beside what was read before', async () => {
    const { journal, store } = await arrange();
    journal.distortEvent = (event) => {
      if (event.aggregateId === 'b') throw new CorruptStoreError('damaged', { where: 'page 7', found: 'no event' });
      return event;
    };

    const report = await store.verify();

    const message = expect.stringMatching(/page 7.* 3 events .*no event/);
    expect(report).toMatchObject({
      clean: false,
      events: 3,
      findings: [{ severity: 'error', rule: 'storage', message }],
    });
  });
});

it('finds nothing of a store that cannot be read, and says so', async () => {
  const { journal, store } = await arrange();
  const fault = new StoreUnavailableError('busy', { reason: 'busy' });
  journal.distortEvent = () => {
    throw fault;
  };

  await expect(store.verify()).rejects.toBe(fault);
});

it('stops when it is told to', async () => {
  const { store } = await arrange();
  const signal = AbortSignal.abort(new Error('stop'));

  await expect(store.verify({ signal })).rejects.toBe(signal.reason);
});

it('prints one digest of all content, over the digests of the events by aggregate and version', async () => {
  const { store } = await arrange();
  const events = [...(await store.getEvents('a')), ...(await store.getEvents('b'))];

  const { contentDigest } = await store.verify();

  const lines = events.map(({ recorded }) => `${recorded.digest}\n`);
  expect(contentDigest).toBe(digestOfText(lines.join('')));
});
