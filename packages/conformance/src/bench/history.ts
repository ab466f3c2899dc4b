import {
  type AppendReceipt,
  type DomainEvent,
  digestOfAppend,
  digestOfEvent,
  type HistoryAppend,
  type ImportHistoryOptions,
  type RecordedEvent,
} from '@nexus/shared';
import type { ConformingStore } from '../Harness.ts';

/** Everything that a store holds, append by append. */
export async function historyOf(store: ConformingStore): Promise<HistoryAppend[]> {
  const { storeId } = await store.identity();
  const findRules = (digest: string) => store.findRules(digest);
  const appends = new Map<string, { events: RecordedEvent[] } & HistoryAppend>();
  for await (const { event, receipt } of store.exportHistory()) {
    const append = appends.get(receipt.receiptId) ?? { events: [], receipt, storeId, findRules };
    append.events.push(event);
    appends.set(receipt.receiptId, append);
  }
  return [...appends.values()];
}

/** Moves appends into a store, one after the other. */
export function moveInto(
  store: ConformingStore,
  history: readonly HistoryAppend[],
  options: ImportHistoryOptions = {},
): Promise<AppendReceipt[]> {
  return store.importHistory(async (append) => {
    const receipts: AppendReceipt[] = [];
    for (const one of history) receipts.push(await append(one));
    return receipts;
  }, options);
}

/** One append as a store elsewhere took it, under no rules. The events come share by share. */
export function foreignAppend(events: readonly DomainEvent[]): HistoryAppend {
  const recordedAt = '2020-01-31T12:00:00.000Z';
  const recorded = events.map((event) => ({ ...event, recorded: { recordedAt, digest: digestOfEvent(event) } }));
  const shares = [...Map.groupBy(events, ({ aggregateId }) => aggregateId)].map(([aggregateId, own]) => ({
    aggregateId,
    fromVersion: own[0]?.aggregateVersion ?? 0,
    toVersion: own.at(-1)?.aggregateVersion ?? 0,
  }));
  const receipt = {
    receiptId: `elsewhere-${events[0]?.eventId}`,
    digest: digestOfAppend(recorded.map((event) => event.recorded.digest)),
    shares,
    actor: { id: 'ann', roles: ['clerk'], client: 'till' },
    decidedAt: recordedAt,
    mode: 'enforce',
    schemas: [],
    policy: null,
  } as const;
  return { events: recorded, receipt, storeId: 'elsewhere' };
}
