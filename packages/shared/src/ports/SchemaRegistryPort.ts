import type { JsonObject } from '../types/json.ts';

/** A schema as a registry holds it. Immutable: another text is another version. */
export interface RegisteredSchema {
  readonly eventType: string;
  readonly version: string;
  /** SHA-256 of the schema's canonical JSON, as `1:` and 64 hex digits. */
  readonly digest: string;
  /** JSON Schema for the event's `payload`, draft-07 or 2020-12 (`$schema` says which; 2020-12 by default). */
  readonly schema: JsonObject;
}

/** Where the schemas of events are kept. */
export interface SchemaRegistryPort {
  /**
   * The schema of an event type. Without `version`, the latest.
   *
   * @returns `undefined` if the registry does not know the type or the version
   * @throws anything - the registry cannot answer: the append is refused as unavailable
   */
  getSchema(
    eventType: string,
    version?: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<RegisteredSchema | undefined>;
}
