import { CONSUMER_SCRIPT } from './consumerScript.ts';

const HEAD = `import type { Clock, DeliveryContext, DomainEvent, EventQuery, EventStoreAdmin, EventStorePort } from '@nexus/shared';

type Store = EventStorePort & EventStoreAdmin;

/**
 * Calls \`print\` with what is expected, and with what the store answers. The first two that differ are the fault; where
 * none do, it lies in the content or the receipts of the last answer.
 *
 * @param open - opens the store with this clock, empty at first; the same content each time
 */
export async function reproduce(open: (options: { clock: Clock }) => Promise<Store>, print = console.log): Promise<void> {
  const clocks = new Map<EventStorePort, ReturnType<typeof stopped>>();
  const stopped = () => {
    let now = Date.parse('2026-01-01T00:00:00.000Z');
    const sleepers = new Set<{ due: number; wake: () => void }>();
    const sleep = (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (ms <= 0 || signal?.aborted) return void setImmediate(resolve);
        sleepers.add({ due: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    const advance = (ms: number) => {
      now += ms;
      for (const one of sleepers) if (one.due <= now && sleepers.delete(one)) one.wake();
    };
    return { now: () => now, sleep, advance };
  };
  const another = async () => {
    const clock = stopped();
    const opened = await open({ clock });
    clocks.set(opened, clock);
    return opened;
  };
  const outcome = (append: Promise<{ replayed: unknown }>) =>
    append.then(({ replayed }) => (replayed === false ? 'stored' : 'replayed'), (error) => error.code);
  const outcomes = async (appends: Promise<{ replayed: unknown }>[]) =>
    (await Promise.all(appends.map(outcome))).sort().join();
  const ids = async (events: Iterable<DomainEvent> | AsyncIterable<DomainEvent>) => {
    const found: string[] = [];
    for await (const { eventId } of events) found.push(eventId);
    return found.join();
  };
  const pages = async (query: EventQuery) => {
    const found: DomainEvent[] = [];
    for (let cursor = {}, more = true; more; ) {
      const page = await store.queryEvents({ ...query, ...cursor });
      found.push(...page.events);
      more = page.cursor !== undefined;
      cursor = { cursor: page.cursor };
    }
    return found;
  };
  const feed = (aggregateId: string, count: number) =>
    new Promise<string>((resolve) => {
      const found: DomainEvent[] = [];
      const take = async (event: DomainEvent) => {
        if (event.aggregateId === aggregateId) found.push(event);
        if (found.length === count) resolve(ids(found));
      };
      store.subscribeToStream?.(take, { from: 'start' });
    });
  let store = await another();
  let beside = store;${CONSUMER_SCRIPT}
`;

/** The steps of a run so far as TypeScript on the port, with what each call is expected to answer. */
export class Script {
  readonly #lines: string[] = [];

  /** A statement. */
  add(statement: string): void {
    this.#lines.push(`  ${statement};`);
  }

  /** A call, and its answer. */
  expect(expected: string, expression: string): void {
    this.add(`print(${JSON.stringify(expected)}, ${expression})`);
  }

  toString(): string {
    return `${HEAD}${this.#lines.join('\n')}\n}\n`;
  }
}
