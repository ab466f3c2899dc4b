import type { HistoryAppend } from '../../ports/EventStoreAdmin.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { InvalidArgumentError, InvalidEventError } from '../../types/errors.ts';
import type { AggregateShare, Receipt, ReceiptOrigin } from '../../types/Receipt.ts';
import { digestOfAppend } from '../digest.ts';
import { checkReceipt } from './checkReceipt.ts';

/** What is known of events that another store held before. */
export interface Provenance {
  readonly origin: ReceiptOrigin;
  /** By event index: the digests that the receipt speaks for. */
  readonly digests: readonly string[];
  /** By event index: the version of the schema that the first store checked the payload against. */
  readonly schemaVersions: readonly (string | undefined)[];
  /** The texts of the rules that the first receipt names. */
  readonly findRules?: HistoryAppend['findRules'];
}

/** The digests of the schemas and policies that a receipt names. */
export function rulesNamedBy({ schemas, policy }: Receipt): string[] {
  const digests = schemas.flatMap(({ digest }) => digest ?? []);
  return policy === null ? digests : [...digests, policy.revision];
}

/**
 * Finds the origin of an append of another store, and holds the receipts to the digests of the events. That the events
 * have these digests is still to be checked.
 *
 * @throws InvalidArgumentError - the receipt is none
 * @throws InvalidEventError - it was made for other events
 */
export function originOf({ events, receipt, storeId }: HistoryAppend): ReceiptOrigin {
  checkReceipt(receipt);
  if (typeof storeId !== 'string' || storeId === '') throw new InvalidArgumentError('storeId', 'must not be empty');
  const digests = digestsByPlace(events);
  const covered = receipt.shares.reduce((sum, share) => sum + versionsIn(share), 0);
  if (covered !== events.length || digests.size !== events.length) throw madeForOthers(receipt);
  if (digestOver(receipt, digests) !== receipt.digest) throw madeForOthers(receipt);
  const origin = receipt.origin ?? { receipt, storeId };
  checkFirst(origin.receipt, receipt, digests);
  return origin;
}

/** What a part of an append inherits from the whole. */
export function provenanceOf(
  events: readonly RecordedEvent[],
  origin: ReceiptOrigin,
  findRules: HistoryAppend['findRules'],
): Provenance {
  const { schemas } = origin.receipt;
  const named = new Set(schemas.map(({ eventType, version }) => JSON.stringify([eventType, version])));
  return {
    origin,
    ...(findRules === undefined ? {} : { findRules }),
    digests: events.map(({ recorded }) => recorded.digest),
    schemaVersions: events.map(({ eventType, recorded: { schemaVersion } }) =>
      named.has(JSON.stringify([eventType, schemaVersion])) ? schemaVersion : undefined,
    ),
  };
}

/** The first receipt covers more, where a store between took the append in parts. */
function checkFirst(first: Receipt, receipt: Receipt, digests: ReadonlyMap<string, string>): void {
  const areWithin = receipt.shares.every((share) => first.shares.some((one) => isWithin(share, one)));
  if (!areWithin) throw madeForOthers(first);
  const digest = digestOver(first, digests);
  if (digest !== undefined && digest !== first.digest) throw madeForOthers(first);
}

/** `undefined` when the receipt covers an event that is not here. */
function digestOver({ shares }: Receipt, digests: ReadonlyMap<string, string>): string | undefined {
  const found: string[] = [];
  for (const { aggregateId, fromVersion, toVersion } of shares) {
    for (let version = fromVersion; version <= toVersion; version++) {
      const digest = digests.get(placeKey(aggregateId, version));
      if (digest === undefined) return undefined;
      found.push(digest);
    }
  }
  return digestOfAppend(found);
}

function digestsByPlace(events: readonly RecordedEvent[]): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [index, { aggregateId, aggregateVersion, recorded }] of events.entries()) {
    if (typeof recorded?.digest !== 'string') {
      throw new InvalidArgumentError(`events[${index}].recorded.digest`, 'must be what the other store recorded');
    }
    digests.set(placeKey(aggregateId, aggregateVersion), recorded.digest);
  }
  return digests;
}

function isWithin(share: AggregateShare, other: AggregateShare): boolean {
  const isSameAggregate = share.aggregateId === other.aggregateId;
  return isSameAggregate && share.fromVersion >= other.fromVersion && share.toVersion <= other.toVersion;
}

function versionsIn({ fromVersion, toVersion }: AggregateShare): number {
  return toVersion - fromVersion + 1;
}

function placeKey(aggregateId: string, version: number): string {
  return `${version} ${aggregateId}`;
}

function madeForOthers({ receiptId }: Receipt): InvalidEventError {
  const message = `The receipt ${receiptId} was made for other events than these; export the history again, whole`;
  return new InvalidEventError([{ pointer: '', keyword: 'receipt', expected: receiptId, message }]);
}
