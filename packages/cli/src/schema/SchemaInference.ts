import { compareUtf8, InvalidArgumentError, type JsonObject } from '@nexus/shared';
import { type InferenceOptions, limitsOf } from './InferenceOptions.ts';
import { Places } from './Places.ts';
import { SeenValues } from './SeenValues.ts';

/**
 * Infers JSON Schemas (2020-12) from payloads, in bounded memory: as narrow as what was seen allows, and never so narrow
 * that a payload which was seen would be refused. A proposal: what is too narrow can be widened in a later version
 * without breaking a reader, and what is too wide cannot be narrowed.
 */
export class SchemaInference {
  readonly #places: Places;
  readonly #payloads = new Map<string, SeenValues>();

  /** @throws ConfigurationError, InvalidArgumentError - an option is none */
  constructor(options: InferenceOptions = {}) {
    this.#places = new Places(limitsOf(options));
  }

  /** @throws InvalidArgumentError - there are more event types than `typesMax` */
  add(eventType: string, payload: JsonObject): void {
    this.#seen(eventType).add(payload);
  }

  /** Of which a payload was seen, by the UTF-8 bytes of their names. */
  types(): readonly string[] {
    return [...this.#payloads.keys()].sort(compareUtf8);
  }

  /** @throws InvalidArgumentError - no payload of the type was seen */
  schemaOf(eventType: string): JsonObject {
    const seen = this.#payloads.get(eventType);
    if (seen === undefined) throw new InvalidArgumentError('eventType', `${eventType} has no payload to infer from`);
    const schema = seen.toSchema();
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: eventType,
      description: this.#describe(seen.count),
      ...schema,
      type: 'object',
    };
  }

  #seen(eventType: string): SeenValues {
    const known = this.#payloads.get(eventType);
    if (known !== undefined) return known;
    const { typesMax } = this.#places.limits;
    if (this.#payloads.size >= typesMax) {
      const remedy = 'name those that are wanted, or another column for the type';
      throw new InvalidArgumentError('eventType', `is the ${typesMax + 1}th; at most ${typesMax} are kept: ${remedy}`);
    }
    const seen = new SeenValues(this.#places, 0);
    this.#payloads.set(eventType, seen);
    return seen;
  }

  #describe(count: number): string {
    const source = `Inferred from ${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}.`;
    return this.#places.isLossy ? `${source} Not every place of the payloads could be followed.` : source;
  }
}
