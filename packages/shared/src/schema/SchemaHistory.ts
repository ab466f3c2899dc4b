import { canonicalJson, digestOfText } from '../governance/digest.ts';
import { typeFault } from '../governance/eventRules.ts';
import type { EvolutionRules, RegisteredSchema, RegisterOptions } from '../ports/SchemaRegistryPort.ts';
import { InvalidArgumentError, SchemaIncompatibleError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import type { CompatibilityLevel, Incompatibility } from './compatibility/CompatibilityLevel.ts';
import { checkCompatibility } from './compatibility/checkCompatibility.ts';
import { compileSchema } from './compileSchema.ts';

/** A version as it was kept, oldest first. */
export interface KeptVersion extends EvolutionRules {
  readonly version: string;
  readonly schema: JsonObject;
  /** The version was registered under the level of its time, which a later level does not undo. Default: false. */
  readonly isRegistered?: boolean;
}

/**
 * The versions of one event type, oldest first: which are active, and what may come next. The one place where the
 * compatibility level decides, so that no registry can make a version active that breaks it.
 */
export class SchemaHistory {
  readonly eventType: string;
  readonly level: CompatibilityLevel;
  readonly #versions: RegisteredSchema[] = [];

  constructor(eventType: string, level: CompatibilityLevel, kept: readonly KeptVersion[] = []) {
    this.eventType = eventType;
    this.level = level;
    for (const one of kept) this.#versions.push(this.#load(one));
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
  propose(schema: JsonObject, { version, ...rules }: RegisterOptions = {}): RegisteredSchema {
    const fault = typeFault(this.eventType);
    if (fault !== undefined) throw new InvalidArgumentError('eventType', fault);
    compileSchema(schema);
    const digest = digestOfText(canonicalJson(schema));
    const known = this.#versions.find((one) =>
      version === undefined ? one.digest === digest && isActive(one) : one.version === version,
    );
    if (known !== undefined) return sameText(known, digest);
    const incompatibilities = this.check(schema);
    if (incompatibilities.length > 0) throw this.#refusal(incompatibilities);
    return { eventType: this.eventType, version: version ?? this.#nextVersion(), digest, schema, ...rules };
  }

  /** Adds what `propose` returned. */
  add(proposed: RegisteredSchema): void {
    if (!this.#versions.includes(proposed)) this.#versions.push(proposed);
  }

  #load({ isRegistered = false, ...kept }: KeptVersion): RegisteredSchema {
    const digest = digestOfText(canonicalJson(kept.schema));
    const incompatibilities = isRegistered ? [] : this.check(kept.schema);
    const loaded = { eventType: this.eventType, digest, ...kept };
    if (incompatibilities.length === 0) return loaded;
    return { ...loaded, inactive: `it breaks ${this.level}: ${summaryOf(incompatibilities)}` };
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

const SUMMARISED_MAX = 3;

function summaryOf(incompatibilities: readonly Incompatibility[]): string {
  const said = incompatibilities.slice(0, SUMMARISED_MAX).map(({ message, remedy }) => `${message} (${remedy})`);
  const more = incompatibilities.length - said.length;
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function isActive({ inactive }: RegisteredSchema): boolean {
  return inactive === undefined;
}

function sameText(known: RegisteredSchema, digest: string): RegisteredSchema {
  if (known.digest !== digest) {
    const rule = `${known.version} of ${known.eventType} is registered with another schema; register a new version`;
    throw new InvalidArgumentError('version', rule);
  }
  if (known.inactive === undefined) return known;
  throw new InvalidArgumentError('version', `${known.version} of ${known.eventType} is not active: ${known.inactive}`);
}
