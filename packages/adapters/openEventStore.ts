import {
  ConfigurationError,
  type EventMap,
  type GovernedEventStore,
  type GovernedEventStoreOptions,
  type JsonObject,
} from '@nexus/shared';

/** Opens a store; `rest` is the URL behind its scheme. */
type Opener = (rest: string, options: GovernedEventStoreOptions) => Promise<GovernedEventStore>;

/** One line for each store, which imports on demand its class alone, and not what else its adapter has. */
const OPENERS: Readonly<Record<string, Opener>> = {
  memory: async (rest, options) => {
    if (rest !== '') throw malformed('memory: takes nothing behind the colon');
    const { InMemoryEventStore } = await import('./embedded/InMemoryEventStore.ts');
    return new InMemoryEventStore(options);
  },
  sqlite: async (rest, options) => {
    if (rest === '') throw malformed('sqlite: needs a file, such as sqlite:./nexus.db');
    const { SqliteEventStore } = await import('./embedded/SqliteEventStore.ts');
    return new SqliteEventStore({ ...options, path: rest });
  },
};

/**
 * Opens the event store that a URL names:
 * - `sqlite:PATH`: a SQLite file, made if it is absent (`sqlite:./nexus.db`, `sqlite:/var/lib/nexus.db`)
 * - `memory:`: a store that ends with the process
 *
 * @typeParam Events - a map from event type to payload, as `nexus schema types` writes it. Default: any type, any JSON
 * @throws ConfigurationError - the URL names no store that this package knows, or the store cannot be opened
 */
export async function openEventStore<Events extends EventMap = Record<string, JsonObject>>(
  url: string,
  options: GovernedEventStoreOptions = {},
): Promise<GovernedEventStore<Events>> {
  const [scheme, rest] = split(url);
  const opener = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined;
  if (opener === undefined) {
    const known = Object.keys(OPENERS)
      .sort()
      .map((name) => `${name}:`);
    throw malformed(`${JSON.stringify(url)} names no event store; a store URL begins with ${known.join(' or ')}`);
  }
  return (await opener(rest, options)) as unknown as GovernedEventStore<Events>;
}

function split(url: string): [scheme: string, rest: string] {
  const colon = url.indexOf(':');
  return colon === -1 ? [url, ''] : [url.slice(0, colon), url.slice(colon + 1)];
}

function malformed(message: string): ConfigurationError {
  return new ConfigurationError('store', message);
}
