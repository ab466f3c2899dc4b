import type { RecordStore } from '../ports/RecordStore.ts';
import type { CatalogEntry } from '../schema/SchemaCatalog.ts';
import { type Awaitable, isPending } from '../types/awaitable.ts';
import { CorruptStoreError, GovernanceUnavailableError } from '../types/errors.ts';
import { canonicalJson, digestOfText } from './digest.ts';

/** Characters of one record: at most 3 bytes of UTF-8 each, and twice as many where JSON escapes them. */
const PART_LENGTH = 10_000;
const TEXT_LENGTH_MAX = 20_000_000;
const KEPT_MAX = 10_000;

type Part = 'schema-registry' | 'policy-engine';

/** Gives the text of a set of policies; `undefined`: it has none. */
export type RulesSource = (revision: string) => Awaitable<string | undefined>;

/** Runs a write to the store, again after a transient fault. */
export type RetryWrite = <Result>(write: () => Promise<Result>) => Promise<Result>;

/**
 * The rules that let events in, kept in the store itself, by the digests that receipts name: what a receipt says can be
 * explained when the schema, the policies and their files are long gone. It also pins each version of a schema to the
 * digest that was first used, so that no version is ever used with two texts.
 */
export class RulesArchive {
  readonly #records: RecordStore;
  readonly #write: RetryWrite;
  readonly #keptSchemas = new WeakSet<CatalogEntry>();
  readonly #keptTexts = new Set<string>();
  readonly #withoutText = new WeakMap<RulesSource, Set<string>>();

  constructor(records: RecordStore, write: RetryWrite = (work) => work()) {
    this.#records = records;
    this.#write = write;
  }

  /** Answers at once for what this process has kept before. @throws GovernanceUnavailableError - another text was used */
  keepSchemas(entries: readonly (CatalogEntry | undefined)[]): Awaitable<void> {
    const missing = entries.filter((entry) => entry !== undefined && !this.#keptSchemas.has(entry));
    return missing.length === 0 ? undefined : this.#keepSchemas(new Set(missing as CatalogEntry[]));
  }

  /**
   * @param source - asked for the text, once, where this process has not kept it before; `undefined`: it has none
   * @throws GovernanceUnavailableError - the text is not that of the revision
   */
  keepPolicies(revision: string, source: RulesSource): Awaitable<void> {
    const isDone = this.#keptTexts.has(revision) || this.#withoutText.get(source)?.has(revision) === true;
    return isDone ? undefined : this.#keepPolicies(revision, source);
  }

  /** The canonical JSON of a schema, or the text of a set of policies. @throws CorruptStoreError - it is not what was kept */
  async find(digest: string): Promise<string | undefined> {
    const manifest = (await this.#records.get(textKey(digest)))?.value as { readonly parts: number } | undefined;
    if (manifest === undefined) return undefined;
    const parts: string[] = [];
    for (let part = 0; part < manifest.parts; part++) {
      parts.push(String((await this.#records.get(partKey(digest, part)))?.value ?? ''));
    }
    const text = parts.join('');
    if (digestOfText(text) === digest) return text;
    const found = 'its text does not have its digest';
    throw new CorruptStoreError(`The rules ${digest} that the store keeps are damaged: ${found}`, {
      where: textKey(digest),
      found,
    });
  }

  async #keepSchemas(entries: ReadonlySet<CatalogEntry>): Promise<void> {
    for (const entry of entries) {
      await this.#write(() => this.#pin(entry));
      await this.#keepText('schema-registry', entry.digest, canonicalJson(entry.schema));
      this.#keptSchemas.add(entry);
    }
  }

  async #keepPolicies(revision: string, source: RulesSource): Promise<void> {
    const asked = source(revision);
    const text = isPending(asked) ? await asked : asked;
    if (text !== undefined) return this.#keepText('policy-engine', revision, text);
    // Of this source alone: another one may have the text.
    const lacking = this.#withoutText.get(source) ?? new Set();
    rememberIn(lacking, revision);
    this.#withoutText.set(source, lacking);
  }

  async #pin({ eventType, version, digest }: CatalogEntry): Promise<void> {
    const key = `schema-version/${digestOfText(JSON.stringify([eventType, version]))}`;
    const stored = await this.#records.get(key);
    if (stored === undefined) {
      const written = await this.#records.put(key, { eventType, version, digest }, null);
      return written === undefined ? this.#pin({ eventType, version, digest } as CatalogEntry) : undefined;
    }
    const { digest: used } = stored.value as { readonly digest: string };
    if (used !== digest) throw changedAfterUse(eventType, version, used, digest);
  }

  async #keepText(part: Part, digest: string, text: string): Promise<void> {
    // Before anything else: a digest that is at hand already must not vouch for another text.
    if (typeof text !== 'string' || digestOfText(text) !== digest) {
      throw unkeepable(part, `the rules named ${digest} have another digest`);
    }
    if (this.#keptTexts.has(digest)) return;
    if (text.length > TEXT_LENGTH_MAX)
      throw unkeepable(part, `the rules ${digest} are over ${TEXT_LENGTH_MAX} characters`);
    await this.#write(async () => {
      if ((await this.#records.get(textKey(digest))) !== undefined) return;
      await this.#putParts(digest, text);
    });
    rememberIn(this.#keptTexts, digest);
  }

  /** The manifest comes last: a text that was kept in part is kept anew. */
  async #putParts(digest: string, text: string): Promise<void> {
    const pieces = piecesOf(text);
    for (const [part, piece] of pieces.entries()) await this.#records.put(partKey(digest, part), piece, null);
    await this.#records.put(textKey(digest), { parts: pieces.length }, null);
  }
}

/** Bounded: what was forgotten is asked for again. */
function rememberIn(digests: Set<string>, digest: string): void {
  if (digests.size >= KEPT_MAX) digests.clear();
  digests.add(digest);
}

function textKey(digest: string): string {
  return `rules/${digest}`;
}

function partKey(digest: string, part: number): string {
  return `rules/${digest}/${String(part).padStart(4, '0')}`;
}

function changedAfterUse(eventType: string, version: string, used: string, digest: string): GovernanceUnavailableError {
  const reason = `version ${version} of ${eventType} was used with the digest ${used}, and has ${digest} now`;
  const message = `A schema was changed after use: ${reason}. Nothing was stored; restore it, and register the change as a new version`;
  return new GovernanceUnavailableError(message, { part: 'schema-registry', reason });
}

function unkeepable(part: Part, reason: string): GovernanceUnavailableError {
  return new GovernanceUnavailableError(`The rules cannot be kept: ${reason}. Nothing was stored`, { part, reason });
}

/** Never cut between the halves of a surrogate pair. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + PART_LENGTH;
    const next = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end + 1 : end;
    pieces.push(text.slice(start, next));
    start = next;
  }
  return pieces;
}
