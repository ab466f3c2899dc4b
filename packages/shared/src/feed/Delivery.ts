import type { Clock } from '../ports/Clock.ts';
import type { EventHandler, SubscriptionState } from '../ports/Subscription.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import type { ConsumerSettings } from './consumerSettings.ts';

/** How the delivery of one event ended. */
export type Outcome =
  | { readonly kind: 'handled' }
  | { readonly kind: 'failed'; readonly error: Error; readonly attempts: number }
  /** The subscription closed or lost its claim: the event is delivered again later. */
  | { readonly kind: 'interrupted' };

const OUTAGE_MS_MIN = 1_000;
const OUTAGE_MS_MAX = 60_000;

/**
 * Calls a handler until it succeeds or has failed for good. When different aggregates fail in a row it is an outage of
 * what the handler needs, not poison: then the same event is tried until it succeeds.
 */
export class Delivery {
  readonly #handler: EventHandler;
  readonly #settings: ConsumerSettings;
  readonly #clock: Clock;
  readonly #enter: (state: SubscriptionState) => void;
  /** Aggregates that failed since the last success. */
  readonly #failedInARow = new Set<string>();
  #recovered: string[] = [];
  /** Calls that resolved. */
  delivered = 0;

  constructor(
    handler: EventHandler,
    settings: ConsumerSettings,
    clock: Clock,
    enter: (state: SubscriptionState) => void,
  ) {
    this.#handler = handler;
    this.#settings = settings;
    this.#clock = clock;
    this.#enter = enter;
  }

  /** The aggregates that failed as part of an outage which has ended since the last call. */
  takeRecovered(): readonly string[] {
    const recovered = this.#recovered;
    this.#recovered = [];
    return recovered;
  }

  /** @param holds - asked before every try: whether the consumer is still this subscription's */
  async deliver(
    event: RecordedEvent,
    checkpoint: string,
    signal: AbortSignal,
    holds: () => Promise<boolean>,
  ): Promise<Outcome> {
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted || !(await holds())) return { kind: 'interrupted' };
      const error = await this.#call(event, checkpoint, attempt, signal);
      if (error === undefined) return this.#succeed();
      if (signal.aborted) return { kind: 'interrupted' };
      const failedForGood = attempt >= this.#settings.attemptsMax;
      if (failedForGood && !this.#isOutage(event.aggregateId)) return { kind: 'failed', error, attempts: attempt };
      await this.#clock.sleep(failedForGood ? this.#outageDelay(attempt) : this.#retryDelay(attempt), signal);
    }
  }

  async #call(
    event: RecordedEvent,
    checkpoint: string,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Error | undefined> {
    try {
      await this.#handler(event, { checkpoint, attempt, signal });
      this.delivered++;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error), { cause: error });
    }
  }

  #succeed(): Outcome {
    if (this.#failedInARow.size >= this.#settings.outageAfter) this.#recovered.push(...this.#failedInARow);
    this.#failedInARow.clear();
    return { kind: 'handled' };
  }

  #isOutage(aggregateId: string): boolean {
    if (this.#settings.onFailure === 'stop') return false;
    this.#failedInARow.add(aggregateId);
    if (this.#failedInARow.size < this.#settings.outageAfter) return false;
    this.#enter('outage');
    return true;
  }

  #retryDelay(attempt: number): number {
    const { retryDelaysMs } = this.#settings;
    return retryDelaysMs[attempt - 1] ?? retryDelaysMs.at(-1) ?? 0;
  }

  #outageDelay(attempt: number): number {
    const tries = attempt - this.#settings.attemptsMax;
    return Math.min(OUTAGE_MS_MIN * 2 ** tries, OUTAGE_MS_MAX);
  }
}
