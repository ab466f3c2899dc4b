import { InMemoryEventStore, InMemoryJournal } from '@nexus/adapters/embedded';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryAuditLog } from '../audit/InMemoryAuditLog.ts';
import { GovernedEventStore } from '../governance/GovernedEventStore.ts';
import { nextEvents } from '../governance/nextEvents.ts';
import type { FeedEntry, FeedRange } from '../ports/EventJournal.ts';
import type { ConsumerOptions } from '../ports/Subscription.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { AmbiguousCommitError, StoreUnavailableError } from '../types/errors.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Lets the subscription work on until the condition holds. */
async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (await condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('the condition never held');
}

const DRAFT = { eventType: 'A', payload: {} };

function arrange() {
  const clock = new ManualClock();
  const auditLog = new InMemoryAuditLog();
  const store = new InMemoryEventStore({ clock, auditLog });
  closing.push(() => store.close());
  const append = (aggregateId: string, version: number) =>
    store.append(nextEvents(aggregateId, version - 1, [{ eventType: 'A', payload: {} }], { now: () => clock.now() }));
  return { clock, auditLog, store, append };
}

/** The same, with the journal at hand. */
function arrangeJournal() {
  const clock = new ManualClock();
  const journal = new InMemoryJournal();
  const store = new GovernedEventStore(journal, { clock });
  return { clock, journal, store };
}

/** Collects what a subscription delivers; `fails` says which events its handler refuses. */
function collect(store: GovernedEventStore, options: ConsumerOptions, fails: (place: string) => boolean = () => false) {
  const delivered: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const handler = async (event: RecordedEvent) => {
    const place = `${event.aggregateId}:${event.aggregateVersion}`;
    if (fails(place)) throw new Error(`${place} is poison`);
    delivered.push(place);
    for (const { count, resolve } of waiting) if (delivered.length >= count) resolve();
  };
  const subscription = store.subscribeToStream(handler, { attemptsMax: 1, ...options });
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      waiting.push({ count, resolve });
      if (delivered.length >= count) resolve();
    });
  return { delivered, subscription, until };
}

describe('a claim', () => {
  it('is held by one subscription; the next takes over when it is given up', async () => {
    const { store, append, clock } = arrange();
    const first = collect(store, { consumer: 'c' });
    await first.subscription.started;
    const second = collect(store, { consumer: 'c' });
    await append('a', 1);
    await first.until(1);

    expect(second.subscription.status().state).toBe('standby');

    await first.subscription.close();
    clock.advance(1_000);
    await append('a', 2);
    await second.until(1);
    expect(first.delivered).toEqual(['a:1']);
    expect(second.delivered).toEqual(['a:2']);
  });

  /** Two processes on one store, of which one is frozen: its time stands still while the other's goes on. */
  function arrangeFrozen() {
    const journal = new InMemoryJournal();
    const [frozenClock, clock] = [new ManualClock(), new ManualClock()];
    const frozen = new GovernedEventStore(journal, { clock: frozenClock });
    const store = new GovernedEventStore(journal, { clock });
    const takeOver = async (next: ReturnType<typeof collect>, count: number) => {
      while (next.delivered.length < count) {
        clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return { frozenClock, clock, journal, frozen, store, takeOver };
  }

  const twoEvents = (clock: ManualClock) => nextEvents('a', 0, [DRAFT, DRAFT], { now: () => clock.now() });

  it('runs out when its owner stands still, and the owner then moves nothing', async () => {
    const { frozenClock, clock, frozen, store, takeOver } = arrangeFrozen();
    await store.append(twoEvents(clock));
    const release = Promise.withResolvers<void>();
    const inHandler = Promise.withResolvers<AbortSignal>();
    const stuck = frozen.subscribeToStream(
      async (_event, { signal }) => {
        inHandler.resolve(signal);
        await release.promise;
      },
      { consumer: 'c' },
    );
    const signal = await inHandler.promise;
    const next = collect(store, { consumer: 'c' });

    await takeOver(next, 2);
    await frozenClock.untilSomebodySleeps();
    frozenClock.advance(2_500);
    await eventually(() => signal.aborted);

    expect(next.delivered).toEqual(['a:1', 'a:2']);
    release.resolve();
    await stuck.close();
    const [consumer] = await store.consumers();
    expect(consumer).toMatchObject({
      checkpoint: next.subscription.status().checkpoint,
      claimedUntil: expect.any(String),
    });
    await store.close();
  });

  it('is asked for before every try, so that an owner who wakes up calls no handler beside the new one', async () => {
    const { frozenClock, clock, frozen, store, takeOver } = arrangeFrozen();
    await store.append(twoEvents(clock));
    let calls = 0;
    const failed = Promise.withResolvers<void>();
    const stuck = frozen.subscribeToStream(
      async () => {
        calls++;
        failed.resolve();
        throw new Error('try again');
      },
      { consumer: 'c', retryDelaysMs: [1_000] },
    );
    await failed.promise;
    const next = collect(store, { consumer: 'c' });
    await takeOver(next, 2);

    await frozenClock.untilSomebodySleeps();
    frozenClock.advance(20_000);
    await eventually(() => stuck.status().state === 'standby');

    expect(calls).toBe(1);
    await frozen.close();
  });

  it('that ran out while its owner resumed an aggregate unparks nothing that the next owner has parked', async () => {
    const { clock, journal, frozen, store, takeOver } = arrangeFrozen();
    let poison = true;
    const first = collect(frozen, { consumer: 'c' }, () => poison);
    await store.append(twoEvents(clock).slice(0, 1));
    await eventually(async () => (await first.subscription.parked()).length === 1);
    const { stalled, goOn } = stallFirstRead(journal);
    poison = false;
    await first.subscription.retry('a');
    await stalled;
    let isMended = false;
    const next = collect(store, { consumer: 'c' }, (place) => place === 'a:1' && !isMended);
    await store.append(nextEvents('a', 1, [DRAFT], { now: () => clock.now() }));
    await store.append(nextEvents('b', 0, [DRAFT], { now: () => clock.now() }));
    await takeOver(next, 1);

    goOn();
    await first.subscription.close();

    expect(await store.parkedAggregates('c')).toMatchObject([{ aggregateId: 'a', aggregateVersion: 1 }]);
    isMended = true;
    await next.subscription.retry('a');
    await next.until(3);
    expect(next.delivered).toEqual(['b:1', 'a:1', 'a:2']);
    await store.close();
  });

  it('is taken over only when its record stands still, whatever the clocks say', async () => {
    const { frozenClock, frozen, store, clock } = arrangeFrozen();
    const owner = frozen.subscribeToStream(async () => {}, { consumer: 'c' });
    await owner.started;
    const next = collect(store, { consumer: 'c' });

    for (let look = 0; look < 30; look++) {
      clock.advance(3_600_000);
      frozenClock.advance(2_500);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(next.subscription.status().state).toBe('standby');
    await frozen.close();
    await store.close();
  });
});

it('begins a consumer that asked for now where the feed ended, also when it was empty and the consumer went away', async () => {
  const { store, append } = arrange();
  const first = collect(store, { consumer: 'c', from: 'now' });
  await first.subscription.started;
  await first.subscription.close();
  await append('a', 1);

  const second = collect(store, { consumer: 'c', from: 'now' });
  await second.until(1);

  expect(second.delivered).toEqual(['a:1']);
});

it.each([
  ['when its claim runs out', 0],
  ['when the clock was set back', 3_600_000],
])('gives up %s while the store cannot renew the claim, so that no two handlers run', async (_when, setBackMs) => {
  const { clock, journal, store } = arrangeJournal();
  const aborted = Promise.withResolvers<void>();
  const inHandler = Promise.withResolvers<void>();
  store.subscribeToStream(
    async (_event, { signal }) => {
      inHandler.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      aborted.resolve();
    },
    { consumer: 'c' },
  );
  await store.append(nextEvents('a', 0, [{ eventType: 'A', payload: {} }], { now: () => clock.now() }));
  await inHandler.promise;

  await clock.untilSomebodySleeps();
  clock.setBack(setBackMs);
  journal.records.put = () => Promise.reject(new StoreUnavailableError('away', { reason: 'busy' }));
  for (let renewal = 0; renewal < 4; renewal++) {
    await clock.untilSomebodySleeps();
    clock.advance(2_500);
    await new Promise((resolve) => setImmediate(resolve));
  }

  await expect(aborted.promise).resolves.toBeUndefined();
});

describe('a poison event', () => {
  it('parks its aggregate, and retry delivers what waits in order', async () => {
    const { store, append, auditLog } = arrange();
    let poison = true;
    const { delivered, subscription, until } = collect(store, { consumer: 'c' }, (place) => poison && place === 'a:2');
    for (const [id, version] of [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['a', 3],
    ] as const)
      await append(id, version);
    await until(2);

    expect(delivered).toEqual(['a:1', 'b:1']);
    expect(await subscription.parked()).toMatchObject([
      { aggregateId: 'a', aggregateVersion: 2, error: 'a:2 is poison', state: 'parked' },
    ]);

    poison = false;
    await subscription.retry('a');
    await append('a', 4);
    await until(5);
    expect(delivered).toEqual(['a:1', 'b:1', 'a:2', 'a:3', 'a:4']);
    await eventually(async () => (await subscription.parked()).length === 0);
    expect(auditLog.records.map(({ action }) => action)).toEqual(['feed.retried']);
  });

  it('is left out by discard, which goes on behind it', async () => {
    const { store, append, auditLog } = arrange();
    const { delivered, subscription, until } = collect(store, { consumer: 'c' }, (place) => place === 'a:1');
    for (const version of [1, 2, 3]) await append('a', version);
    await append('b', 1);
    await until(1);

    await expect(subscription.discard('a', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await subscription.discard('a', 1);
    await until(3);

    expect(delivered).toEqual(['b:1', 'a:2', 'a:3']);
    expect(auditLog.records).toMatchObject([
      { action: 'feed.discarded', details: { aggregateId: 'a', aggregateVersion: 1 } },
    ]);
  });

  it('that was discarded while its retry ran stays discarded', async () => {
    const { store, append } = arrange();
    const retrying = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const delivered: string[] = [];
    let tries = 0;
    const subscription = store.subscribeToStream(
      async ({ aggregateId, aggregateVersion }) => {
        if (aggregateVersion === 1) {
          tries++;
          if (tries === 2) {
            retrying.resolve();
            await release.promise;
          }
          throw new Error('poison');
        }
        delivered.push(`${aggregateId}:${aggregateVersion}`);
      },
      { consumer: 'c', attemptsMax: 1 },
    );
    await append('a', 1);
    await append('a', 2);
    await eventually(async () => (await subscription.parked()).length === 1);

    await subscription.retry('a');
    await retrying.promise;
    await subscription.discard('a', 1);
    release.resolve();
    await eventually(() => delivered.length === 1);

    expect(delivered).toEqual(['a:2']);
    expect(tries).toBe(2);
  });

  it('stays parked for a subscription that comes later, until an operator asks for it', async () => {
    const { store, append, clock } = arrange();
    const first = collect(store, { consumer: 'c' }, (place) => place === 'a:1');
    await append('a', 1);
    await append('b', 1);
    await first.until(1);
    await first.subscription.close();
    await append('a', 2);
    const second = collect(store, { consumer: 'c' });
    await append('c', 1);
    await second.until(1);
    expect(second.delivered).toEqual(['c:1']);

    await store.retryParked('c', 'a');
    await clock.untilSomebodySleeps();
    clock.advance(2_500);
    await second.until(3);

    expect(second.delivered).toEqual(['c:1', 'a:1', 'a:2']);
  });

  it('is skipped and audited where that was chosen', async () => {
    const { store, append, auditLog } = arrange();
    const { delivered, subscription, until } = collect(
      store,
      { consumer: 'c', onFailure: 'skip-event' },
      (place) => place === 'a:1',
    );
    await append('a', 1);
    await append('a', 2);
    await until(1);

    expect(delivered).toEqual(['a:2']);
    expect(subscription.status().ordered).toBe(false);
    expect(auditLog.records.map(({ action }) => action)).toEqual(['feed.skipped']);
  });

  it('ends the subscription with its error where that was chosen', async () => {
    const { store, append } = arrange();
    const { subscription } = collect(store, { consumer: 'c', onFailure: 'stop' }, () => true);
    await append('a', 1);

    await expect(subscription.closed).rejects.toThrow('a:1 is poison');

    expect(subscription.status()).toMatchObject({ state: 'failed', error: { message: 'a:1 is poison' } });
  });
});

it('waits out an outage: different aggregates that fail in a row are not all parked, and none is lost', async () => {
  const { store, append, clock } = arrange();
  let down = true;
  const failed: string[] = [];
  const isDown = (place: string) => {
    if (down) failed.push(place);
    return down;
  };
  const { delivered, subscription, until } = collect(store, { consumer: 'c', outageAfter: 3 }, isDown);
  for (const id of ['a', 'b', 'c', 'd']) await append(id, 1);
  await eventually(() => subscription.status().state === 'outage');

  expect(failed).toEqual(['a:1', 'b:1', 'c:1']);
  expect(subscription.status().parkedAggregates).toBe(2);

  down = false;
  clock.advance(1_000);
  await until(4);
  expect(delivered.toSorted()).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
  await eventually(async () => (await subscription.parked()).length === 0);
});

it('begins where it began before when the database was away, so that nothing in between is left out', async () => {
  const clock = new ManualClock();
  const journal = new AwayOnce();
  const store = new GovernedEventStore(journal, { clock });
  closing.push(() => store.close());
  const append = (version: number) =>
    store.append(nextEvents('a', version - 1, [{ eventType: 'A', payload: {} }], { now: () => clock.now() }));
  await append(1);
  const { delivered, subscription, until } = collect(store, { from: 'now' });
  await subscription.started;
  const { checkpoint } = subscription.status();

  await append(2);
  journal.goAway();
  await clock.untilSomebodySleeps();
  await eventually(() => {
    clock.advance(1_000);
    return delivered.length > 0;
  });
  await until(1);

  expect(checkpoint).toEqual(expect.any(String));
  expect(delivered).toEqual(['a:2']);
});

it.each([
  ['attemptsMax', { attemptsMax: 0 }],
  ['checkpointEvery', { checkpointEvery: 1.5 }],
  ['retryDelaysMs', { retryDelaysMs: [-1] }],
  ['consumer', { consumer: 'a/b' }],
] as const)('refuses a wrong %s', (argument, options) => {
  const { store } = arrange();

  expect(() => store.subscribeToStream(async () => {}, options)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ argument }) }),
  );
});

/** The next read of an aggregate hands out all there is, and then does not end until the test says so. */
function stallFirstRead(journal: InMemoryJournal) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const readAggregate = journal.readAggregate.bind(journal);
  journal.readAggregate = async function* (...parameters) {
    journal.readAggregate = readAggregate;
    yield* readAggregate(...parameters);
    reached.resolve();
    await gate.promise;
  };
  return { stalled: reached.promise, goOn: gate.resolve };
}

/** Fails the first read of the feed when the test says so. */
class AwayOnce extends InMemoryJournal {
  readonly #away = Promise.withResolvers<void>();
  #wasAway = false;

  goAway(): void {
    this.#away.resolve();
  }

  override async *readFeed(range: FeedRange): AsyncGenerator<readonly FeedEntry[]> {
    if (!this.#wasAway) {
      await this.#away.promise;
      this.#wasAway = true;
      throw new StoreUnavailableError('The database is away', { reason: 'test' });
    }
    yield* super.readFeed(range);
  }
}

it.each([
  ['unavailable', new StoreUnavailableError('away', { reason: 'busy' })],
  ['of unknown outcome', new AmbiguousCommitError('unknown', { aggregateIds: [] })],
])('goes on after a write of its records that was %s', async (_what, error) => {
  const { clock, journal, store } = arrangeJournal();
  const put = journal.records.put.bind(journal.records);
  let failures = 1;
  journal.records.put = (...parameters) => (failures-- > 0 ? Promise.reject(error) : put(...parameters));
  const delivered: number[] = [];

  store.subscribeToStream(async ({ aggregateVersion }) => void delivered.push(aggregateVersion), { consumer: 'c' });
  await store.append(nextEvents('a', 0, [DRAFT], { now: () => clock.now() }));
  await clock.untilSomebodySleeps();
  clock.advance(1_000);
  await eventually(() => delivered.length === 1);

  expect(delivered).toEqual([1]);
  await store.close();
});

it('resumes a parked aggregate at the end of the feed, also when the store fails at first', async () => {
  const { clock, journal, store } = arrangeJournal();
  let poison = true;
  const delivered: number[] = [];
  const subscription = store.subscribeToStream(
    async ({ aggregateVersion }) => {
      if (poison) throw new Error('poison');
      delivered.push(aggregateVersion);
    },
    { consumer: 'c', attemptsMax: 1 },
  );
  await store.append(nextEvents('a', 0, [DRAFT], { now: () => clock.now() }));
  await eventually(async () => (await subscription.parked()).length === 1);
  const readAggregate = journal.readAggregate.bind(journal);
  let failures = 1;
  journal.readAggregate = (...parameters) => {
    if (failures-- > 0) throw new StoreUnavailableError('away', { reason: 'busy' });
    return readAggregate(...parameters);
  };

  poison = false;
  await subscription.retry('a');
  for (let second = 0; delivered.length === 0 && second < 10; second++) {
    await clock.untilSomebodySleeps();
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }

  expect(delivered).toEqual([1]);
  await store.close();
});
