const HEAD = `import type { DomainEvent, EventQuery, EventStorePort } from '@nexus/shared';

/**
 * Calls \`print\` with what is expected, and with what the store answers. The first two that differ are the fault; where
 * none do, it lies in the content or the receipts of the last answer.
 *
 * @param open - opens the store, empty at first; the same content each time
 */
export async function reproduce(open: () => Promise<EventStorePort>, print = console.log): Promise<void> {
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
  let store = await open();
  let beside = store;
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
