import type { CompatibilityLevel } from '../schema/compatibility/CompatibilityLevel.ts';
import type { Awaitable } from '../types/awaitable.ts';
import type { JsonObject } from '../types/json.ts';

/**
 * Turns a payload of one version into one of a neighbouring version: a pure function, or a JSONata expression over the
 * payload.
 */
export type PayloadRule = string | ((payload: JsonObject) => JsonObject);

/** A payload of the version before, and what the rule `up` must make of it. */
export interface UpcastExample {
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** What can be said about a schema beside its text. None of it is part of the schema's digest. */
export interface EvolutionRules {
  /** Lifts a payload of the version before to this one. Default: none; the payload is served as it was stored. */
  readonly up?: PayloadRule;
  /** Takes a payload of this version back to the version before, for readers that know no newer one. */
  readonly down?: PayloadRule;
  /** Tests of the rules, run when the version is registered or loaded. */
  readonly examples?: readonly UpcastExample[];
}

/** A schema as a registry holds it. Immutable: another text is another version. */
export interface RegisteredSchema extends EvolutionRules {
  readonly eventType: string;
  readonly version: string;
  /** SHA-256 of the schema's canonical JSON, as `1:` and 64 hex digits. */
  readonly digest: string;
  /** JSON Schema for the event's `payload`, draft-07 or 2020-12 (`$schema` says which; 2020-12 by default). */
  readonly schema: JsonObject;
  /** Why no append may be made under this version: it breaks its compatibility level. Absent: the version is active. */
  readonly inactive?: string;
}

/** Where the schemas of events are kept. */
export interface SchemaRegistryPort {
  /**
   * The schema of an event type. Without `version`, the latest that is active.
   *
   * @returns `undefined` if the registry does not know the type or the version
   * @throws anything - the registry cannot answer: the append is refused as unavailable
   */
  getSchema(
    eventType: string,
    version?: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<RegisteredSchema | undefined>;

  /** All versions of an event type, oldest first, inactive ones too; `[]` if unknown. Without it, no payload is lifted. */
  listVersions?(eventType: string, options?: { readonly signal?: AbortSignal }): Promise<readonly RegisteredSchema[]>;
}

export interface RegisterOptions extends EvolutionRules {
  /** Default: one more than the highest version that is a number. */
  readonly version?: string;
}

/** A registry that can be listed, and that takes new versions. */
export interface SchemaRegistry extends SchemaRegistryPort {
  /** All event types, by the UTF-8 bytes of their names. */
  listTypes(): Promise<readonly string[]>;
  listVersions(eventType: string): Promise<readonly RegisteredSchema[]>;
  /** The compatibility level that new versions of the type must keep. */
  levelOf(eventType: string): CompatibilityLevel;

  /**
   * Adds a schema as the latest version of an event type. The same text again changes nothing.
   *
   * @throws SchemaIncompatibleError - it breaks the type's compatibility level with the versions before
   * @throws InvalidArgumentError - it cannot be used, or the version exists with another text
   */
  register(eventType: string, schema: JsonObject, options?: RegisterOptions): Awaitable<RegisteredSchema>;

  /** What `register` would add, without adding it. @throws as `register` does */
  propose(eventType: string, schema: JsonObject, options?: RegisterOptions): Awaitable<RegisteredSchema>;
}
