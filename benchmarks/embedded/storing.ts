import type { Contender } from './Contender.ts';
import { eventsOf } from './events.ts';

/** Events of one append where they are only to be there. */
const STORED_TOGETHER = 1_000;

/** Stores events of one aggregate, versions from 1 on. */
export async function storeAggregate(contender: Contender, aggregateId: string, events: number): Promise<void> {
  for (let version = 1; version <= events; version += STORED_TOGETHER) {
    const size = Math.min(STORED_TOGETHER, events - version + 1);
    await contender.append(eventsOf(aggregateId, version, size, version));
  }
}

/** Stores events of as many aggregates as there are thousands. */
export async function storeAggregates(contender: Contender, events: number): Promise<void> {
  for (let serial = 0; serial < events; serial += STORED_TOGETHER) {
    await contender.append(eventsOf(`order-${serial}`, 1, Math.min(STORED_TOGETHER, events - serial), serial));
  }
}
