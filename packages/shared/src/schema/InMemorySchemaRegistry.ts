import { canonicalJson, digestOfText } from '../governance/digest.ts';
import { typeFault } from '../governance/eventRules.ts';
import type { RegisteredSchema, SchemaRegistryPort } from '../ports/SchemaRegistryPort.ts';
import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import { compileSchema } from './compileSchema.ts';

/** A registry in memory, for tests and for services that ship their schemas in code. */
export class InMemorySchemaRegistry implements SchemaRegistryPort {
  readonly #versions = new Map<string, RegisteredSchema[]>();

  /**
   * Adds a schema for the payloads of an event type, as its latest version. The same text again changes nothing.
   *
   * @param options.version - default: one more than the number of versions there are
   * @throws InvalidArgumentError - the schema cannot be used, or the version exists with another text
   */
  register(eventType: string, schema: JsonObject, options: { readonly version?: string } = {}): RegisteredSchema {
    const fault = typeFault(eventType);
    if (fault !== undefined) throw new InvalidArgumentError('eventType', fault);
    const own = structuredClone(schema);
    compileSchema(own);
    const versions = this.#versions.get(eventType) ?? [];
    const digest = digestOfText(canonicalJson(own));
    const known = versions.find((one) =>
      options.version === undefined ? one.digest === digest : one.version === options.version,
    );
    if (known !== undefined) return sameText(known, digest);
    const version = options.version ?? String(versions.length + 1);
    const registered = { eventType, version, digest, schema: own };
    this.#versions.set(eventType, [...versions, registered]);
    return registered;
  }

  async getSchema(eventType: string, version?: string): Promise<RegisteredSchema | undefined> {
    const versions = this.#versions.get(eventType);
    return version === undefined ? versions?.at(-1) : versions?.find((one) => one.version === version);
  }
}

function sameText(known: RegisteredSchema, digest: string): RegisteredSchema {
  if (known.digest === digest) return known;
  throw new InvalidArgumentError(
    'version',
    `${known.version} of ${known.eventType} is registered with another schema; register a new version`,
  );
}
