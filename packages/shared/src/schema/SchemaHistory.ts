import { canonicalJson, digestOfText } from '../governance/digest.ts';
import { typeFault } from '../governance/eventRules.ts';
import type {
  EvolutionRules,
  PayloadRule,
  RegisteredSchema,
  RegisterOptions,
  UpcastExample,
} from '../ports/SchemaRegistryPort.ts';
import { InvalidArgumentError, SchemaIncompatibleError } from '../types/errors.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import type { CompatibilityLevel, Incompatibility } from './compatibility/CompatibilityLevel.ts';
import { checkCompatibility } from './compatibility/checkCompatibility.ts';
import { compileSchema } from './compileSchema.ts';

/** A version as it was kept, oldest first. */
export interface KeptVersion extends EvolutionRules {
  readonly version: string;
  readonly schema: JsonObject;
  /**
   * The level under which the version was registered, which a later level does not undo. Default: it was not registered,
   * and is active if it keeps the level of now.
   */
  readonly registeredUnder?: CompatibilityLevel;
}

/**
 * The versions of one event type, oldest first: which are active, and what may come next. The one place where the
 * compatibility level decides, so that no registry can make a version active that breaks it.
 */
export class SchemaHistory {
  readonly eventType: string;
  readonly level: CompatibilityLevel;
  readonly #versions: RegisteredSchema[] = [];
  /** Those that nobody has registered. */
  readonly #unregistered = new Set<RegisteredSchema>();

  constructor(eventType: string, level: CompatibilityLevel, kept: readonly KeptVersion[] = []) {
    this.eventType = eventType;
    this.level = level;
    for (const one of kept) this.#load(one);
  }

  /** Oldest first, inactive ones too. */
  get versions(): readonly RegisteredSchema[] {
    return this.#versions;
  }

  /** @param version - `undefined`: the latest that is active */
  find(version?: string): RegisteredSchema | undefined {
    return version === undefined
      ? this.#versions.findLast(isActive)
      : this.#versions.find((one) => one.version === version);
  }

  /** What stands against the schema as the next version. */
  check(schema: JsonObject): readonly Incompatibility[] {
    return checkCompatibility(schema, this.#versions.filter(isActive), this.level);
  }

  /**
   * What `register` would add: the known version, if the text is known.
   *
   * @throws SchemaIncompatibleError, InvalidArgumentError
   */
  propose(schema: JsonObject, options: RegisterOptions = {}): RegisteredSchema {
    const { version, ...rules } = options;
    const fault = typeFault(this.eventType);
    if (fault !== undefined) throw new InvalidArgumentError('eventType', fault);
    refuseMalformed(options);
    compileSchema(schema);
    const digest = digestOfText(canonicalJson(schema));
    const known = this.#versions.find((one) =>
      version === undefined ? one.digest === digest && isActive(one) : one.version === version,
    );
    if (known !== undefined) return withSameRules(sameText(known, digest), rules);
    const incompatibilities = this.check(schema);
    if (incompatibilities.length > 0) throw this.#refusal(incompatibilities);
    return { eventType: this.eventType, version: version ?? this.#nextVersion(), digest, schema, ...rules };
  }

  /** Adds what `propose` returned. */
  add(proposed: RegisteredSchema): void {
    if (!this.#versions.includes(proposed)) this.#versions.push(proposed);
  }

  #load({ registeredUnder, ...kept }: KeptVersion): void {
    const loaded = { eventType: this.eventType, digest: digestOfText(canonicalJson(kept.schema)), ...kept };
    if (registeredUnder !== undefined) {
      this.#deactivateSlippedIn(loaded, registeredUnder);
      this.#versions.push(loaded);
      return;
    }
    const incompatibilities = this.check(kept.schema);
    const judged = incompatibilities.length === 0 ? loaded : inactiveBy(loaded, this.level, incompatibilities);
    this.#versions.push(judged);
    this.#unregistered.add(judged);
  }

  /**
   * A version that was registered kept its level with those that were there. One that it breaks its level with, and that
   * nobody registered, was put before it afterwards.
   */
  #deactivateSlippedIn({ schema, version }: RegisteredSchema, level: CompatibilityLevel): void {
    for (;;) {
      const suspects = this.#comparedUnder(level).filter((one) => this.#unregistered.has(one));
      if (suspects.length === 0) return;
      const broken = new Set(checkCompatibility(schema, suspects, level).map((breach) => breach.version));
      if (broken.size === 0) return;
      for (const one of suspects.filter((suspect) => broken.has(suspect.version))) {
        const inactive = `version ${version}, which is registered, breaks ${level} with it; give it a number above`;
        this.#versions[this.#versions.indexOf(one)] = { ...one, inactive };
      }
    }
  }

  #comparedUnder(level: CompatibilityLevel): RegisteredSchema[] {
    const active = this.#versions.filter(isActive);
    return level.endsWith('_TRANSITIVE') ? active : active.slice(-1);
  }

  #nextVersion(): string {
    const numbers = this.#versions.map(({ version }) => Number(version)).filter(Number.isSafeInteger);
    return String(Math.max(0, ...numbers) + 1);
  }

  #refusal(incompatibilities: readonly Incompatibility[]): SchemaIncompatibleError {
    const { eventType, level } = this;
    const message = `The schema of ${eventType} breaks ${level}: ${summaryOf(incompatibilities)}`;
    return new SchemaIncompatibleError(message, { eventType, level, incompatibilities });
  }
}

function inactiveBy(
  loaded: RegisteredSchema,
  level: CompatibilityLevel,
  incompatibilities: readonly Incompatibility[],
): RegisteredSchema {
  return { ...loaded, inactive: `it breaks ${level}: ${summaryOf(incompatibilities)}` };
}

const SUMMARISED_MAX = 3;

function summaryOf(incompatibilities: readonly Incompatibility[]): string {
  const said = incompatibilities.slice(0, SUMMARISED_MAX).map(({ message, remedy }) => `${message} (${remedy})`);
  const more = incompatibilities.length - said.length;
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** What no type checker has seen, such as a file that a command was given. */
function refuseMalformed({ version, up, down, examples }: RegisterOptions): void {
  if (version !== undefined && (typeof version !== 'string' || version === '')) {
    throw new InvalidArgumentError('version', 'must be a text that is not empty, such as "2"');
  }
  for (const [name, rule] of Object.entries({ up, down })) {
    if (rule === undefined || typeof rule === 'string' || typeof rule === 'function') continue;
    throw new InvalidArgumentError(name, 'must be a JSONata expression, or a function');
  }
  if (examples === undefined || (Array.isArray(examples) && examples.every(isExample))) return;
  throw new InvalidArgumentError('examples', 'must be an array of { "before": {…}, "after": {…} }, two payloads each');
}

function isExample(example: unknown): boolean {
  const { before, after } = (example ?? {}) as Partial<UpcastExample>;
  return [before, after].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
}

function isActive({ inactive }: RegisteredSchema): boolean {
  return inactive === undefined;
}

/** Rules that a version was not registered with would be left out in silence. */
function withSameRules(known: RegisteredSchema, given: EvolutionRules): RegisteredSchema {
  const other = (['up', 'down', 'examples'] as const).find(
    (name) => given[name] !== undefined && textOf(given[name]) !== textOf(known[name]),
  );
  if (other === undefined) return known;
  const place = `version ${known.version} of ${known.eventType}`;
  throw new InvalidArgumentError(
    other,
    `is another than ${place} is registered with; mend it where that version is kept`,
  );
}

function textOf(rule: PayloadRule | readonly UpcastExample[] | undefined): unknown {
  if (typeof rule === 'string') return rule.trim();
  return typeof rule === 'object' ? canonicalJson(rule as unknown as JsonValue) : rule;
}

function sameText(known: RegisteredSchema, digest: string): RegisteredSchema {
  if (known.digest !== digest) {
    const rule = `${known.version} of ${known.eventType} is registered with another schema; register a new version`;
    throw new InvalidArgumentError('version', rule);
  }
  if (known.inactive === undefined) return known;
  throw new InvalidArgumentError('version', `${known.version} of ${known.eventType} is not active: ${known.inactive}`);
}
