import type { Clock } from '../../ports/Clock.ts';
import type { LoggerPort } from '../../ports/LoggerPort.ts';
import type { RegisteredSchema, SchemaRegistryPort } from '../../ports/SchemaRegistryPort.ts';
import { withTimeout } from '../../resilience/withTimeout.ts';
import type { Awaitable } from '../../types/awaitable.ts';
import { GovernanceUnavailableError } from '../../types/errors.ts';
import { isRecent } from '../../types/time.ts';
import { Lineage } from './Lineage.ts';
import type { Upcaster } from './Upcaster.ts';

export interface LineageSources {
  /** Default: none. Without `listVersions` it says nothing about rules. */
  readonly registry?: SchemaRegistryPort | undefined;
  /** Default: none. */
  readonly upcasters?: readonly Upcaster[] | undefined;
  readonly clock: Clock;
  readonly logger: LoggerPort;
  /** Most ms that the registry may take. */
  readonly timeoutMs: number;
}

interface CachedLineage {
  readonly lineage: Lineage;
  readonly fetchedAt: number;
}

const FRESH_MS = 30_000;
/** After this long the registry is asked again about a version that it did not know, and after it failed. */
const RETRY_MS = 5_000;
const TYPES_MAX = 10_000;

/**
 * The lineages of all event types. Those of the registry are trusted for 30 s, and for as long as it fails. Concurrent
 * questions about one type ask the registry once.
 */
export class LineageCache {
  /** Whether there may be any rule at all. */
  readonly hasSources: boolean;
  readonly #sources: LineageSources;
  readonly #upcasters: ReadonlyMap<string, readonly Upcaster[]>;
  readonly #cached = new Map<string, CachedLineage>();
  readonly #asking = new Map<string, Promise<Lineage>>();
  #awaySince = Number.NEGATIVE_INFINITY;

  constructor(sources: LineageSources) {
    this.#sources = sources;
    this.#upcasters = Map.groupBy(sources.upcasters ?? [], ({ eventType }) => eventType);
    this.hasSources = this.#upcasters.size > 0 || sources.registry?.listVersions !== undefined;
  }

  /** Whether it is known without asking that a payload of this version is served as it is stored. */
  isKnownAsIs(eventType: string, version: string, now: number): boolean {
    const cached = this.#cached.get(eventType);
    if (cached === undefined || (!this.#isFixed && !isRecent(cached.fetchedAt, now, FRESH_MS))) return false;
    return cached.lineage.isAsIs(version);
  }

  /**
   * At once where it is at hand.
   *
   * @param versions - if one of them is unknown, the registry is asked again, at most every 5 s
   * @throws GovernanceUnavailableError - the registry fails, and the type was never seen
   */
  find(eventType: string, versions: readonly string[]): Awaitable<Lineage> {
    const { clock } = this.#sources;
    const cached = this.#cached.get(eventType);
    if (cached === undefined) return this.#ask(eventType);
    const now = clock.now();
    const isComplete = versions.every((version) => cached.lineage.knows(version));
    const isFresh = isRecent(cached.fetchedAt, now, isComplete ? FRESH_MS : RETRY_MS);
    if (isFresh || this.#isFixed || isRecent(this.#awaySince, now, RETRY_MS)) return cached.lineage;
    return this.#ask(eventType).catch((error: unknown) => {
      this.#awaySince = clock.now();
      this.#sources.logger.warn({ error, eventType }, 'payloads are lifted by the versions that were known before');
      return cached.lineage;
    });
  }

  /** Without a registry that lists versions there are the upcasters alone, which do not change. */
  get #isFixed(): boolean {
    return this.#sources.registry?.listVersions === undefined;
  }

  #ask(eventType: string): Promise<Lineage> {
    const running = this.#asking.get(eventType);
    if (running !== undefined) return running;
    const asking = this.#fetch(eventType).finally(() => this.#asking.delete(eventType));
    this.#asking.set(eventType, asking);
    return asking;
  }

  async #fetch(eventType: string): Promise<Lineage> {
    const lineage = new Lineage(await this.#list(eventType), this.#upcasters.get(eventType) ?? []);
    this.#cached.delete(eventType);
    this.#cached.set(eventType, { lineage, fetchedAt: this.#sources.clock.now() });
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > TYPES_MAX && oldest !== undefined) this.#cached.delete(oldest);
    return lineage;
  }

  async #list(eventType: string): Promise<readonly RegisteredSchema[]> {
    const { registry, timeoutMs, clock } = this.#sources;
    if (registry?.listVersions === undefined) return [];
    const ask = (signal: AbortSignal) => registry.listVersions?.(eventType, { signal }) ?? [];
    try {
      const late = () => new GovernanceUnavailableError(...unavailable(eventType, `no answer within ${timeoutMs} ms`));
      return checkAnswer(await withTimeout(ask, timeoutMs, clock, late), eventType);
    } catch (error) {
      if (error instanceof GovernanceUnavailableError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new GovernanceUnavailableError(...unavailable(eventType, reason), { cause: error });
    }
  }
}

function unavailable(eventType: string, reason: string): [string, { part: 'schema-registry'; reason: string }] {
  const message = `The schema registry could not say which versions ${eventType} has: ${reason}. Try again; upcast: false reads the stored form`;
  return [message, { part: 'schema-registry', reason }];
}

/** A registry that answers anything but versions of this type has failed. */
function checkAnswer(answer: unknown, eventType: string): readonly RegisteredSchema[] {
  if (answer === undefined || answer === null) return [];
  const isList = Array.isArray(answer) && answer.every((one) => isVersionOf(one, eventType));
  const versions = isList ? (answer as RegisteredSchema[]).map(({ version }) => version) : [];
  if (isList && new Set(versions).size === versions.length) return answer as RegisteredSchema[];
  throw new TypeError('its answer is no list of the versions of this type');
}

function isVersionOf(one: Partial<RegisteredSchema> | null | undefined, eventType: string): boolean {
  return one?.eventType === eventType && typeof one.version === 'string' && typeof one.schema === 'object';
}
