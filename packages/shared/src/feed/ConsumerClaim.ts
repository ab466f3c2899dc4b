import type { Clock } from '../ports/Clock.ts';
import type { RecordStore } from '../ports/RecordStore.ts';
import type { JsonValue } from '../types/json.ts';
import { type ConsumerRecord, consumerKey } from './ConsumerRecords.ts';
import type { ConsumerPlace } from './checkpoint.ts';

const LEASE_MS = 10_000;
const STANDBY_MS = 1_000;
/** Looks at a record that stands still after which its owner is gone. */
const LOOKS_OF_A_LEASE = LEASE_MS / STANDBY_MS;

/** The claim is renewed this often, in ms. */
export const RENEW_MS: number = LEASE_MS / 4;

/**
 * One owner's claim on a consumer, and the consumer's durable place. Both lie in one record that is written by
 * compare-and-set, so that an owner who has lost the claim can move nothing.
 */
export class ConsumerClaim {
  readonly #records: RecordStore;
  readonly #key: string;
  readonly #owner: string;
  readonly #clock: Clock;
  #revision: string | null = null;
  #claimedUntil = 0;
  /** Until it is acquired. */
  #lost = true;
  #seen: { readonly revision: string; looks: number } | undefined;
  /** Writes of the record go one behind the other. */
  #writing: Promise<unknown> = Promise.resolve();
  /** Where the consumer stands; `null` until a place was chosen. Written with the next {@link renew}. */
  place: ConsumerPlace | null = null;

  constructor(records: RecordStore, consumer: string, owner: string, clock: Clock) {
    this.#records = records;
    this.#key = consumerKey(consumer);
    this.#owner = owner;
    this.#clock = clock;
  }

  /** Whether another may have taken the claim by now. */
  get hasRunOut(): boolean {
    return this.#remainingMs <= 0;
  }

  /** 0 when the clock was set back: nobody knows then how much is left of a claim that seems to end later than any can. */
  get #remainingMs(): number {
    const remaining = this.#claimedUntil - this.#clock.now();
    return remaining > LEASE_MS ? 0 : remaining;
  }

  /**
   * Takes the claim if nobody holds it, and loads the place.
   *
   * @returns ms to wait before the next try, or 0
   */
  async tryAcquire(): Promise<number> {
    const stored = await this.#records.get(this.#key);
    const record = stored?.value as unknown as ConsumerRecord | undefined;
    const isFree = record === undefined || record.owner === null || record.owner === this.#owner;
    if (!isFree && stored !== undefined && !this.#standsStill(stored.revision)) return STANDBY_MS;
    this.#revision = stored?.revision ?? null;
    this.place = record?.place ?? null;
    this.#lost = false;
    return (await this.renew()) ? 0 : STANDBY_MS;
  }

  /**
   * Whether the owner has renewed nothing for a lease, by looks and the waits between them: wall clocks step, and the
   * times that two processes write cannot be compared.
   */
  #standsStill(revision: string): boolean {
    if (this.#seen?.revision !== revision) this.#seen = { revision, looks: 0 };
    else this.#seen.looks++;
    return this.#seen.looks >= LOOKS_OF_A_LEASE;
  }

  /** Writes the place and holds on to the claim. @returns false when the claim is lost */
  renew(): Promise<boolean> {
    const claimedUntil = this.#clock.now() + LEASE_MS;
    return this.#write(this.#owner, claimedUntil);
  }

  /** Whether the claim holds now; renews it when it is about to end. */
  async holds(): Promise<boolean> {
    if (this.#lost) return false;
    return this.#remainingMs > RENEW_MS || this.renew();
  }

  /** Writes the place and gives up the claim. */
  async release(): Promise<void> {
    if (!this.#lost) await this.#write(null, 0);
  }

  #write(owner: string | null, claimedUntil: number): Promise<boolean> {
    const write = this.#writing.then(async () => {
      if (this.#lost) return false;
      const record: ConsumerRecord = { place: this.place, owner, claimedUntil };
      const revision = await this.#records.put(this.#key, record as unknown as JsonValue, this.#revision);
      this.#lost = revision === undefined;
      this.#revision = revision ?? this.#revision;
      if (revision !== undefined) this.#claimedUntil = claimedUntil;
      return revision !== undefined;
    });
    this.#writing = write.catch(() => {});
    return write;
  }
}
