import type { EventHandler, Subscription } from '@nexus/shared';
import { type ConsumerModel, isPoison, type ModelWorker, type Poison } from './ConsumerModel.ts';
import type { Instance } from './Instances.ts';

export interface WorkerOptions {
  readonly from: 'start' | 'now';
  readonly checkpointEvery: number;
  /** Calls for one event before the handler has failed for good. */
  readonly attemptsMax: number;
  readonly poison: Poison | undefined;
}

/** A subscription of a consumer, whose handler tells the model of its calls, fails as told, and may die. */
export class ConsumerWorker implements ModelWorker {
  readonly instance: Instance;
  readonly checkpointEvery: number;
  readonly subscription: Subscription;
  readonly poison: Poison | undefined;
  isGone = false;
  /** Whether a call of its handler began that does not end. */
  isHanging = false;
  readonly #model: ConsumerModel;
  readonly #attemptsMax: number;
  #eventsLeft = Number.POSITIVE_INFINITY;

  constructor(instance: Instance, model: ConsumerModel, { poison, ...options }: WorkerOptions) {
    this.instance = instance;
    this.checkpointEvery = options.checkpointEvery;
    this.#attemptsMax = options.attemptsMax;
    this.#model = model;
    this.poison = poison;
    const consumer = { consumer: model.name, retryDelaysMs: [0], ...options };
    const subscription = instance.store.subscribeToStream?.(this.#handle, consumer);
    if (subscription === undefined) throw new TypeError('A store with consumers has a change feed');
    this.subscription = subscription;
  }

  /** Whether it delivers, or could: it owns the consumer. */
  get owns(): boolean {
    const { state } = this.subscription.status();
    return !this.isGone && (state === 'catching-up' || state === 'live');
  }

  /** Events whose calls will end. */
  get eventsLeft(): number {
    return this.#eventsLeft;
  }

  /** After so many events more the handler hangs, as it does in a process that dies. */
  dieAfter(events: number): void {
    this.#eventsLeft = events;
  }

  /** Its process is dead: its time stands still, and no call of its handler ends. */
  die(): void {
    this.dieAfter(0);
    this.isGone = true;
    this.#model.die(this);
  }

  async close(): Promise<void> {
    await this.subscription.close();
    this.isGone = true;
  }

  readonly #handle: EventHandler = async (event, { attempt, signal }) => {
    if (this.#eventsLeft <= 0 && (attempt === 1 || this.isGone)) {
      this.isHanging = true;
      return aborted(signal);
    }
    this.#model.call(this, event);
    // What a dead worker handled and did not note is no poison now: else a run could not be repeated.
    const fails = isPoison(this.poison, event) && this.#model.isNew(event);
    if (!fails || attempt === this.#attemptsMax) this.#eventsLeft--;
    if (!fails) return this.#model.succeed(event);
    if (attempt === this.#attemptsMax) this.#model.park(event);
    throw new TypeError('poison');
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(new TypeError('the process is dead'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
}
