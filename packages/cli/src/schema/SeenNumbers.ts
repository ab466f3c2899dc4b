import type { JsonObject } from '@nexus/shared';
import { Extent } from './Extent.ts';
import type { InferenceLimits } from './InferenceOptions.ts';

/** The numbers that were seen at one place. */
export class SeenNumbers {
  readonly #extent = new Extent();
  #count = 0;
  #areIntegers = true;

  add(value: number): void {
    this.#count++;
    this.#areIntegers &&= Number.isSafeInteger(value);
    this.#extent.add(value);
  }

  merge(other: SeenNumbers): void {
    this.#count += other.#count;
    this.#areIntegers &&= other.#areIntegers;
    this.#extent.merge(other.#extent);
  }

  type({ valuesMin }: InferenceLimits): 'integer' | 'number' {
    return this.#areIntegers && this.#count >= valuesMin ? 'integer' : 'number';
  }

  keywords({ hasBounds }: InferenceLimits): JsonObject {
    return hasBounds ? { minimum: this.#extent.min, maximum: this.#extent.max } : {};
  }
}
