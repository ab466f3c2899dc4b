import type { JsonObject, JsonValue } from '@nexus/shared';
import { Extent } from './Extent.ts';
import type { Places } from './Places.ts';
import type { NewValues, SeenValues } from './SeenValues.ts';

/** The arrays that were seen at one place. Their items are one place, whatever their index. */
export class SeenArrays {
  readonly #places: Places;
  readonly #items: SeenValues;
  readonly #counts = new Extent();

  constructor(places: Places, newValues: NewValues) {
    this.#places = places;
    this.#items = newValues(places);
  }

  add(array: readonly JsonValue[]): void {
    this.#counts.add(array.length);
    for (const item of array) this.#items.add(item);
  }

  merge(other: SeenArrays): void {
    this.#counts.merge(other.#counts);
    this.#items.merge(other.#items);
  }

  keywords(): JsonObject {
    const { min, max } = this.#counts;
    return {
      ...(this.#items.count === 0 ? {} : { items: this.#items.toSchema() }),
      ...(this.#places.limits.hasBounds ? { minItems: min, maxItems: max } : {}),
    };
  }
}
