import type { Clock } from '../ports/Clock.ts';
import type { RegisteredSchema, SchemaRegistryPort } from '../ports/SchemaRegistryPort.ts';
import { withTimeout } from '../resilience/withTimeout.ts';
import { GovernanceUnavailableError } from '../types/errors.ts';
import type { SchemaEvidence } from '../types/Receipt.ts';
import { isRecent } from '../types/time.ts';
import { type CompiledSchema, compileSchema } from './compileSchema.ts';

/** A registered schema, compiled. */
export interface CatalogEntry extends RegisteredSchema {
  readonly check: CompiledSchema;
  /** What a receipt says of a payload that keeps the schema, made once. */
  readonly valid: SchemaEvidence;
}

interface CachedAnswer {
  readonly entry: CatalogEntry;
  readonly fetchedAt: number;
}

const UNKNOWN_MS = 5_000;
const LATEST_MS = 30_000;
const ANSWERS_MAX = 10_000;

/**
 * The registry's schemas, each compiled once. A version that was seen never needs the registry again; the latest
 * version is trusted for 30 s, and "unknown" for 5 s. Concurrent questions for one schema ask the registry once.
 */
export class SchemaCatalog {
  readonly #registry: SchemaRegistryPort;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #answers = new Map<string, CachedAnswer>();
  /** When the registry said that it does not know a schema. */
  readonly #unknown = new Map<string, number>();
  readonly #compiled = new Map<string, CatalogEntry>();
  readonly #asking = new Map<string, Promise<CatalogEntry | undefined>>();

  constructor(registry: SchemaRegistryPort, options: { readonly clock: Clock; readonly timeoutMs: number }) {
    this.#registry = registry;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  /**
   * @param version - `undefined`: the latest
   * @throws GovernanceUnavailableError - the registry fails, or does not answer in time
   */
  async find(eventType: string, version?: string): Promise<CatalogEntry | undefined> {
    const known = this.atHand(eventType, version);
    if (known !== undefined) return known;
    const unknownSince = this.#unknown.get(keyOf(eventType, version));
    if (unknownSince !== undefined && isRecent(unknownSince, this.#clock.now(), UNKNOWN_MS)) return undefined;
    return this.refresh(eventType, version);
  }

  /** The schema, if it is at hand without asking the registry. */
  atHand(eventType: string, version?: string): CatalogEntry | undefined {
    const cached = this.#answers.get(keyOf(eventType, version));
    return cached !== undefined && this.#isFresh(cached, version) ? cached.entry : undefined;
  }

  /** Asks the registry, whatever is cached. */
  refresh(eventType: string, version?: string): Promise<CatalogEntry | undefined> {
    const key = keyOf(eventType, version);
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const asking = this.#ask(eventType, version).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  /** An active version never changes; one that is not may become so when its level changes. */
  #isFresh({ entry, fetchedAt }: CachedAnswer, version: string | undefined): boolean {
    const isFinal = version !== undefined && entry.inactive === undefined;
    return isFinal || isRecent(fetchedAt, this.#clock.now(), LATEST_MS);
  }

  async #ask(eventType: string, version: string | undefined): Promise<CatalogEntry | undefined> {
    const registered = await this.#fetch(eventType, version);
    const entry = registered === undefined ? undefined : this.#compile(registered);
    this.#remember(keyOf(eventType, version), entry);
    return entry;
  }

  /** Apart, so that types which nobody knows never drive out one that is known. */
  #remember(key: string, entry: CatalogEntry | undefined): void {
    const fetchedAt = this.#clock.now();
    this.#unknown.delete(key);
    if (entry === undefined) {
      this.#answers.delete(key);
      remember(this.#unknown, key, fetchedAt);
    } else remember(this.#answers, key, { entry, fetchedAt });
  }

  async #fetch(eventType: string, version: string | undefined): Promise<RegisteredSchema | undefined> {
    const unavailable = (reason: string, cause?: unknown) =>
      new GovernanceUnavailableError(
        `The schema registry could not say which schema ${eventType} has: ${reason}. Nothing was stored; try again`,
        { part: 'schema-registry', reason },
        { cause },
      );
    try {
      const late = () => unavailable(`no answer within ${this.#timeoutMs} ms`);
      const ask = (signal: AbortSignal) => this.#registry.getSchema(eventType, version, { signal });
      return checkAnswer(await withTimeout(ask, this.#timeoutMs, this.#clock, late), eventType, version);
    } catch (error) {
      if (error instanceof GovernanceUnavailableError) throw error;
      throw unavailable(error instanceof Error ? error.message : String(error), error);
    }
  }

  #compile(registered: RegisteredSchema): CatalogEntry {
    const { inactive = null } = registered;
    const key = JSON.stringify([registered.eventType, registered.version, registered.digest, inactive]);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    try {
      const { eventType, version, digest } = registered;
      const valid = { eventType, outcome: 'valid', version, digest } as const;
      const entry = { ...registered, check: compileSchema(registered.schema), valid };
      remember(this.#compiled, key, entry);
      return entry;
    } catch (error) {
      const reason = `the schema of ${registered.eventType}, version ${registered.version}, is no usable schema`;
      throw new GovernanceUnavailableError(
        `The schema registry answered wrongly: ${reason}. Nothing was stored; mend the registered schema`,
        { part: 'schema-registry', reason },
        { cause: error },
      );
    }
  }
}

/** Neither part can be confused with the other: the length of the type comes first. */
function keyOf(eventType: string, version: string | undefined): string {
  const type = `${eventType.length}:${eventType}`;
  return version === undefined ? type : `${type}@${version}`;
}

/** A registry that answers anything but the schema that it was asked for, or that it knows none, has failed. */
function checkAnswer(
  answer: RegisteredSchema | null | undefined,
  eventType: string,
  version: string | undefined,
): RegisteredSchema | undefined {
  if (answer === undefined || answer === null) return undefined;
  const isSchema =
    answer.eventType === eventType &&
    [answer.version, answer.digest].every((text) => typeof text === 'string') &&
    typeof answer.schema === 'object' &&
    answer.schema !== null;
  if (!isSchema) throw new TypeError('its answer is no schema of this type');
  if (version !== undefined && answer.version !== version)
    throw new TypeError(`it answered another version than ${version}`);
  return answer;
}

/** Bounded: the oldest entry makes room. */
function remember<Value>(cache: Map<string, Value>, key: string, value: Value): void {
  cache.delete(key);
  cache.set(key, value);
  const [oldest] = cache.keys();
  if (cache.size > ANSWERS_MAX && oldest !== undefined) cache.delete(oldest);
}
