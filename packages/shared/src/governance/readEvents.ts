import type { EventJournal } from '../ports/EventJournal.ts';
import type { ReadAggregateOptions } from '../ports/EventStorePort.ts';
import { checkReadForm } from '../schema/evolution/checkReadForm.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { checkAggregateId, checkDirection, checkLimit, checkVersion } from './parameters.ts';

/**
 * The pages of one aggregate's events.
 *
 * @throws InvalidArgumentError - at once
 */
export function readEvents(
  journal: EventJournal,
  aggregateId: string,
  options: ReadAggregateOptions,
): AsyncIterable<readonly RecordedEvent[]> {
  const { fromVersion = 1, toVersion, direction = 'forward', limit, signal } = options;
  checkAggregateId(aggregateId);
  checkVersion('fromVersion', fromVersion);
  if (toVersion !== undefined) checkVersion('toVersion', toVersion);
  checkDirection(direction);
  checkReadForm(options);
  if (limit !== undefined) checkLimit(limit, Number.MAX_SAFE_INTEGER);
  signal?.throwIfAborted();
  return journal.readAggregate(aggregateId, { fromVersion, toVersion, direction, limit, signal });
}
