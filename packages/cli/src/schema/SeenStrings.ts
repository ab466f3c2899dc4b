import { compareUtf8, type JsonObject } from '@nexus/shared';
import { Extent } from './Extent.ts';
import type { InferenceLimits } from './InferenceOptions.ts';
import { hasFormat, STRING_FORMATS } from './stringFormats.ts';

const ENUM_LENGTH_MAX = 64;

/** The strings that were seen at one place. */
export class SeenStrings {
  readonly #enumValuesMax: number;
  readonly #lengths = new Extent();
  #count = 0;
  /** Those that every string so far has. */
  #formats: readonly string[] = STRING_FORMATS;
  /** How often each value was seen; `undefined` once they are too many, or too long, to be an enumeration. */
  #values: Map<string, number> | undefined = new Map();

  constructor({ enumValuesMax }: InferenceLimits) {
    this.#enumValuesMax = enumValuesMax;
  }

  add(text: string): void {
    this.#count++;
    if (this.#formats.length > 0) this.#formats = this.#formats.filter((format) => hasFormat(text, format));
    this.#addValue(text, 1);
    this.#lengths.add(codePoints(text));
  }

  merge(other: SeenStrings): void {
    this.#count += other.#count;
    this.#formats = this.#formats.filter((format) => other.#formats.includes(format));
    if (other.#values === undefined) this.#values = undefined;
    for (const [text, times] of other.#values ?? []) this.#addValue(text, times);
    this.#lengths.merge(other.#lengths);
  }

  /** The values, where they look like an enumeration and like nothing better. */
  enumeration({ enumSeenMin }: InferenceLimits): readonly string[] | undefined {
    if (this.#values === undefined || this.#formats.length > 0 || this.#count < enumSeenMin) return undefined;
    const areRepeated = [...this.#values.values()].every((times) => times > 1);
    return areRepeated ? [...this.#values.keys()].sort(compareUtf8) : undefined;
  }

  keywords({ hasBounds, valuesMin }: InferenceLimits): JsonObject {
    const [format] = this.#formats;
    return {
      ...(format === undefined || this.#count < valuesMin ? {} : { format }),
      ...(hasBounds ? { minLength: this.#lengths.min, maxLength: this.#lengths.max } : {}),
    };
  }

  #addValue(text: string, times: number): void {
    if (this.#values === undefined) return;
    this.#values.set(text, (this.#values.get(text) ?? 0) + times);
    if (this.#values.size > this.#enumValuesMax || text.length > ENUM_LENGTH_MAX) this.#values = undefined;
  }
}

/** As JSON Schema counts the length of a string. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
