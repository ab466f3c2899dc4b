import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../../testing/ManualClock.ts';
import { InMemoryAuditLog } from '../../audit/InMemoryAuditLog.ts';
import type { JournalCapabilities } from '../../ports/EventJournal.ts';
import type { HistoryAppend } from '../../ports/EventStoreAdmin.ts';
import { SILENT_LOGGER } from '../../ports/LoggerPort.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { GovernedEventStore } from '../GovernedEventStore.ts';
import { nextEvents } from '../nextEvents.ts';

const ANN = { id: 'ann', roles: [], client: 'app' };
const DRAFT = { eventType: 'A', payload: { n: 1 } };
const NOTHING = { stored: 0, alreadyThere: 0, refused: 0, appends: 0, storeIds: [] };

/** Takes as many aggregates in an append as the test says. */
class NarrowJournal extends InMemoryJournal {
  override readonly capabilities: JournalCapabilities;

  constructor(change: Partial<JournalCapabilities>) {
    super();
    this.capabilities = { ...new InMemoryJournal().capabilities, ...change };
  }
}

/** Three appends of another store: `a` and `b` together, `a` again, and `b` again, out of order. */
async function exported(): Promise<readonly HistoryAppend[]> {
  const store = new GovernedEventStore(new InMemoryJournal());
  const { storeId } = await store.identity();
  const appends = [[...nextEvents('a', 0, [DRAFT]), ...nextEvents('b', 0, [DRAFT])], nextEvents('a', 1, [DRAFT])];
  for (const events of appends) await store.append(events);
  await store.append(nextEvents('b', 1, [DRAFT, DRAFT]), { outOfOrder: true });
  const byReceipt = new Map<string, { events: RecordedEvent[]; receipt: HistoryAppend['receipt'] }>();
  for await (const { event, receipt } of store.exportHistory()) {
    const one = byReceipt.get(receipt.receiptId) ?? { events: [], receipt };
    one.events.push(event);
    byReceipt.set(receipt.receiptId, one);
  }
  return [...byReceipt.values()].map((history) => ({ ...history, storeId }));
}

function arrange(capabilities: Partial<JournalCapabilities> = {}) {
  const auditLog = new InMemoryAuditLog();
  const clock = new ManualClock('2099-01-01T00:00:00.000Z');
  let ids = 0;
  const errors: object[] = [];
  const logger = { ...SILENT_LOGGER, error: (fields: object, message: string) => errors.push({ ...fields, message }) };
  const options = { auditLog, clock, logger, newId: () => `id-${++ids}`, retry: { delaysMs: [] } };
  const store = new GovernedEventStore(new NarrowJournal(capabilities), options);
  const moveAll = async (history: readonly HistoryAppend[]) =>
    store.importHistory(
      async (append) => {
        const results = [];
        for (const one of history) results.push(await append(one));
        return results;
      },
      { principal: ANN },
    );
  const stateOf = (index: number) => auditLog.records.filter(({ action }) => action === 'history.imported').at(index);
  return { store, auditLog, clock, errors, moveAll, stateOf };
}

describe('an import of history', () => {
  it('is on record before anything is stored, and then with what came of it', async () => {
    const { store, auditLog, clock, moveAll } = arrange();
    const history = await exported();
    const versions: number[] = [];
    const record = auditLog.record.bind(auditLog);
    auditLog.record = async (one) => {
      versions.push(await store.getVersion('a'));
      await record(one);
    };

    await moveAll(history);

    const line = { at: clock.timestamp(), action: 'history.imported', actor: ANN };
    const counts = { ...NOTHING, stored: 5, appends: 3, storeIds: [history[0]?.storeId] };
    expect(auditLog.records).toEqual([
      { ...line, details: { run: 'id-1', state: 'begun' } },
      { ...line, details: { run: 'id-1', state: 'done', ...counts } },
    ]);
    expect(versions).toEqual([0, 2]);
  });

  it('stores nothing the second time', async () => {
    const { moveAll, stateOf } = arrange();
    const history = await exported();
    const first = await moveAll(history);

    const again = await moveAll(history);

    expect(first.map(({ replayed }) => replayed)).toEqual([false, false, false]);
    expect(again).toEqual(first.map((result) => ({ ...result, replayed: true })));
    expect(stateOf(-1)?.details).toMatchObject({ stored: 0, alreadyThere: 5, refused: 0, appends: 3 });
  });

  it('keeps what the first store said of the order of events', async () => {
    const { store, moveAll } = arrange();

    await moveAll(await exported());

    const [a, b] = [await store.getEvents('a'), await store.getEvents('b')];
    expect([...a, ...b].map(({ recorded }) => recorded.outOfOrder)).toEqual([
      ...[undefined, undefined, undefined],
      ...[true, true],
    ]);
  });

  it('counts what is refused, whose refusal is on record too', async () => {
    const { store, auditLog, stateOf } = arrange();
    const [first] = await exported();
    const damaged = { ...first, events: first?.events.slice(1) } as HistoryAppend;

    const importing = store.importHistory((append) => append(damaged), { principal: ANN });

    await expect(importing).rejects.toMatchObject({ code: 'INVALID_EVENT' });
    expect(auditLog.records.map(({ action }) => action)).toContain('append.refused');
    expect(stateOf(-1)?.details).toEqual({ run: 'id-1', state: 'failed', ...NOTHING, appends: 1, refused: 1 });
  });

  it('does not count as refused what its caller gave up', async () => {
    const { store, stateOf } = arrange();
    const [first] = await exported();
    const signal = AbortSignal.abort(new Error('stop'));

    const importing = store.importHistory((append) => append(first as HistoryAppend), { signal });

    await expect(importing).rejects.toBe(signal.reason);
    expect(stateOf(-1)?.details).toMatchObject({ state: 'failed', refused: 0, stored: 0 });
  });

  it('waits at its end for appends that nobody waited for', async () => {
    const { store, stateOf } = arrange();
    const [first] = await exported();

    await store.importHistory(async (append) => void append(first as HistoryAppend));

    expect(stateOf(-1)?.details).toMatchObject({ state: 'done', stored: 2 });
  });

  it('takes nothing more once it has ended', async () => {
    const { store } = arrange();
    const [first] = await exported();
    const append = await store.importHistory(async (given) => given);

    await expect(append(first as HistoryAppend)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { argument: 'append' },
    });
    expect(await store.getVersion('a')).toBe(0);
  });

  it('fails by its own error, and logs that its end is not on record', async () => {
    const { store, auditLog, errors } = arrange();
    const [own, full] = [new Error('no more'), new Error('full')];

    const importing = store.importHistory(async () => {
      auditLog.record = () => Promise.reject(full);
      throw own;
    });

    await expect(importing).rejects.toBe(own);
    expect(errors).toHaveLength(1);
    expect(errors).toMatchObject([
      { error: { code: 'GOVERNANCE_UNAVAILABLE' }, message: expect.stringContaining('failed') },
    ]);
  });

  it('names at most 100 stores that it takes from', async () => {
    const { moveAll, stateOf } = arrange();
    const [first] = await exported();

    await moveAll(Array.from({ length: 101 }, (_, index) => ({ ...first, storeId: `s${index}` }) as HistoryAppend));

    expect(stateOf(-1)?.details.storeIds).toHaveLength(100);
  });
});

describe('a store that takes', () => {
  it.each([
    ['one aggregate in an append', { appendsAcrossAggregates: false }, 2],
    ['fewer aggregates than an append has', { appendPartsMax: 1 }, 2],
    ['as many aggregates as an append has', { appendPartsMax: 2 }, 1],
  ])('%s takes it in parts as it must, each with the whole origin', async (_what, capabilities, parts) => {
    const { moveAll } = arrange(capabilities);
    const history = await exported();

    const [first, second] = await moveAll(history);

    expect(first).toMatchObject({ replayed: false });
    expect(first?.receipts).toHaveLength(parts);
    expect(first?.receipts.map(({ origin }) => origin?.receipt)).toEqual(
      Array.from({ length: parts }, () => history[0]?.receipt),
    );
    expect(second?.receipts).toHaveLength(1);
  });

  it('an append in parts has it as a repeat only where it has every part', async () => {
    const { store, moveAll } = arrange({ appendsAcrossAggregates: false });
    const [first] = await exported();
    await store.append([first?.events[0] as never].map(({ recorded: _, ...event }: RecordedEvent) => event));

    const [half] = await moveAll([first as HistoryAppend]);
    const [whole] = await moveAll([first as HistoryAppend]);

    expect([half?.replayed, whole?.replayed]).toEqual([false, true]);
  });
});
