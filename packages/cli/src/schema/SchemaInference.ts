import { compareUtf8, InvalidArgumentError, type JsonObject } from '@nexus/shared';
import { type InferenceLimits, type InferenceOptions, limitsOf } from './InferenceOptions.ts';
import { Places } from './Places.ts';
import { SeenValues } from './SeenValues.ts';

/** The payloads of one event type. */
interface SeenPayloads {
  readonly places: Places;
  readonly values: SeenValues;
}

/**
 * Infers JSON Schemas (2020-12) from payloads, in bounded memory: as narrow as what was seen allows, and never so narrow
 * that a payload which was seen would be refused. A proposal: what is too narrow can be widened in a later version
 * without breaking a reader, and what is too wide cannot be narrowed.
 */
export class SchemaInference {
  readonly #limits: InferenceLimits;
  readonly #allPlaces: Places;
  readonly #payloads = new Map<string, SeenPayloads>();

  /** @throws ConfigurationError, InvalidArgumentError - an option is none */
  constructor(options: InferenceOptions = {}) {
    this.#limits = limitsOf(options);
    this.#allPlaces = new Places(this.#limits, this.#limits.allPlacesMax);
  }

  /** @throws InvalidArgumentError - there are more event types than `typesMax` */
  add(eventType: string, payload: JsonObject): void {
    this.#seen(eventType).values.add(payload);
  }

  /** Of which a payload was seen, by the UTF-8 bytes of their names. */
  types(): readonly string[] {
    return [...this.#payloads.keys()].sort(compareUtf8);
  }

  /** @throws InvalidArgumentError - no payload of the type was seen */
  schemaOf(eventType: string): JsonObject {
    const seen = this.#payloads.get(eventType);
    if (seen === undefined) throw new InvalidArgumentError('eventType', `${eventType} has no payload to infer from`);
    const schema = seen.values.toSchema();
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: eventType,
      description: describe(seen),
      ...schema,
      type: 'object',
    };
  }

  #seen(eventType: string): SeenPayloads {
    const known = this.#payloads.get(eventType);
    if (known !== undefined) return known;
    const { typesMax, placesMax } = this.#limits;
    if (this.#payloads.size >= typesMax) {
      const remedy = 'name those that are wanted, or another column for the type';
      throw new InvalidArgumentError('eventType', `is the ${typesMax + 1}th; at most ${typesMax} are kept: ${remedy}`);
    }
    const places = new Places(this.#limits, placesMax, this.#allPlaces);
    const seen = { places, values: new SeenValues(places, 0) };
    this.#payloads.set(eventType, seen);
    return seen;
  }
}

function describe({ places, values: { count } }: SeenPayloads): string {
  const source = `Inferred from ${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}.`;
  return places.isLossy ? `${source} Not every place of the payloads could be followed.` : source;
}
