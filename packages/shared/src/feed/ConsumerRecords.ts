import type { EventJournal } from '../ports/EventJournal.ts';
import type { ConsumerReport } from '../ports/EventStoreAdmin.ts';
import type { RecordStore, StoredRecord } from '../ports/RecordStore.ts';
import type { ParkedAggregate } from '../ports/Subscription.ts';
import { InvalidArgumentError, NotFoundError, StoreUnavailableError } from '../types/errors.ts';
import type { JsonValue } from '../types/json.ts';
import { isoTime } from '../types/time.ts';
import { type ConsumerPlace, encodeCheckpoint } from './checkpoint.ts';

/** A consumer's claim and place, in one record, so that whoever writes the place proves to hold the claim. */
export interface ConsumerRecord {
  /** `null` until one was chosen. */
  readonly place: ConsumerPlace | null;
  readonly owner: string | null;
  /** ms since 1970. */
  readonly claimedUntil: number;
}

const CONSUMER_NAME = /^[A-Za-z0-9._-]{1,200}$/;
const CONSUMERS = 'consumer/';
const UPDATE_ATTEMPTS_MAX = 100;

export function checkConsumerName(consumer: string): void {
  if (CONSUMER_NAME.test(consumer)) return;
  throw new InvalidArgumentError('consumer', 'must be 1 to 200 characters out of A-Z, a-z, 0-9, ., _ and -');
}

export function consumerKey(consumer: string): string {
  return `${CONSUMERS}${consumer}`;
}

function parkedPrefix(consumer: string): string {
  return `parked/${consumer}/`;
}

/** The records of durable consumers, as operators and subscriptions see them. */
export class ConsumerRecords {
  readonly #records: RecordStore;

  constructor(records: RecordStore) {
    this.#records = records;
  }

  async parked(consumer: string): Promise<ParkedAggregate[]> {
    const found: ParkedAggregate[] = [];
    for await (const { value } of this.#records.list(parkedPrefix(consumer))) found.push(parkedOf(value));
    return found;
  }

  /**
   * Parks an aggregate, or moves the version at which it waits: upward only, since an operator may have discarded the
   * version meanwhile.
   *
   * @returns what is stored now
   */
  park(consumer: string, parked: ParkedAggregate): Promise<ParkedAggregate> {
    const isBehind = (current: ParkedAggregate | undefined): current is ParkedAggregate =>
      current !== undefined && current.aggregateVersion > parked.aggregateVersion;
    return this.#update(consumer, parked.aggregateId, (current) => (isBehind(current) ? current : parked));
  }

  /** @throws NotFoundError - the aggregate is not parked, or waits at another version */
  async expectParked(consumer: string, aggregateId: string, aggregateVersion?: number): Promise<void> {
    const record = await this.#find(consumer, aggregateId);
    const parked = known(record === undefined ? undefined : parkedOf(record.value), consumer, aggregateId);
    if (aggregateVersion !== undefined) expectVersion(parked, aggregateVersion);
  }

  /** Ends a retry. What is parked anew stays so: whoever has taken over the consumer meanwhile waits for an operator. */
  async unpark(consumer: string, aggregateId: string): Promise<void> {
    const record = await this.#find(consumer, aggregateId);
    if (record === undefined || parkedOf(record.value).state === 'parked') return;
    if (!(await this.#records.delete(record.key, record.revision))) await this.unpark(consumer, aggregateId);
  }

  /** @throws NotFoundError */
  async requestRetry(consumer: string, aggregateId: string): Promise<void> {
    await this.#update(consumer, aggregateId, (parked) => ({
      ...known(parked, consumer, aggregateId),
      state: 'retrying',
    }));
  }

  /** @throws NotFoundError - the aggregate is not parked, or waits at another version */
  async requestDiscard(consumer: string, aggregateId: string, aggregateVersion: number): Promise<void> {
    await this.#update(consumer, aggregateId, (current) => {
      const parked = known(current, consumer, aggregateId);
      expectVersion(parked, aggregateVersion);
      return { ...parked, aggregateVersion: aggregateVersion + 1, state: 'retrying' };
    });
  }

  async reports(journal: EventJournal, now: number): Promise<ConsumerReport[]> {
    const identity = await journal.identity();
    const reports: ConsumerReport[] = [];
    for await (const { key, value } of this.#records.list(CONSUMERS)) {
      const consumer = key.slice(CONSUMERS.length);
      const { place, owner, claimedUntil } = value as unknown as ConsumerRecord;
      reports.push({
        consumer,
        ...(place === null || place === 'start' ? {} : { checkpoint: encodeCheckpoint(identity, place) }),
        ...(owner === null || claimedUntil <= now ? {} : { claimedUntil: isoTime(claimedUntil) }),
        parkedAggregates: (await this.parked(consumer)).length,
      });
    }
    return reports;
  }

  async #update(
    consumer: string,
    aggregateId: string,
    change: (parked: ParkedAggregate | undefined) => ParkedAggregate,
  ): Promise<ParkedAggregate> {
    for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt++) {
      const record = await this.#find(consumer, aggregateId);
      const changed = change(record === undefined ? undefined : parkedOf(record.value));
      const value = changed as unknown as JsonValue;
      const written = await this.#records.put(parkedKey(consumer, aggregateId), value, record?.revision ?? null);
      if (written !== undefined) return changed;
    }
    const reason = `the record of ${aggregateId}, parked by ${consumer}, changes all the time`;
    throw new StoreUnavailableError(`The request was not taken: ${reason}; try again`, { reason });
  }

  #find(consumer: string, aggregateId: string): Promise<StoredRecord | undefined> {
    return this.#records.get(parkedKey(consumer, aggregateId));
  }
}

function parkedKey(consumer: string, aggregateId: string): string {
  return parkedPrefix(consumer) + aggregateId;
}

function parkedOf(value: JsonValue): ParkedAggregate {
  return value as unknown as ParkedAggregate;
}

function known(parked: ParkedAggregate | undefined, consumer: string, aggregateId: string): ParkedAggregate {
  if (parked !== undefined) return parked;
  throw new NotFoundError(`${consumer} has not parked ${aggregateId}`, { what: `parked aggregate ${aggregateId}` });
}

function expectVersion({ aggregateId, aggregateVersion }: ParkedAggregate, asked: number): void {
  if (aggregateVersion === asked) return;
  const message = `${aggregateId} waits at version ${aggregateVersion}, not at ${asked}`;
  throw new NotFoundError(message, { what: `parked version ${asked} of ${aggregateId}` });
}
