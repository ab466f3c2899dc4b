import type { EventJournal } from '../../ports/EventJournal.ts';
import type { HistoryEntry } from '../../ports/EventStoreAdmin.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { CorruptStoreError } from '../../types/errors.ts';
import { ReceiptLookup } from './ReceiptLookup.ts';

/** Each event with the receipt that let it in, by one look-up for each append. @throws CorruptStoreError */
export async function* exportHistory(
  journal: EventJournal,
  events: AsyncIterable<RecordedEvent>,
): AsyncGenerator<HistoryEntry, void, undefined> {
  const receipts = new ReceiptLookup(journal);
  for await (const event of events) {
    const receipt = await receipts.of(event);
    if (receipt === undefined) throw receiptMissing(event);
    yield { event, receipt };
  }
}

function receiptMissing({ aggregateId, aggregateVersion }: RecordedEvent): CorruptStoreError {
  const where = `${aggregateId} at version ${aggregateVersion}`;
  const found = 'no receipt says what let it in';
  return new CorruptStoreError(`${where}: ${found}; nexus verify says what else is wrong`, { where, found });
}
