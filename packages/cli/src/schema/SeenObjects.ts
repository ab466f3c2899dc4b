import type { JsonObject, JsonValue } from '@nexus/shared';
import { Places } from './Places.ts';
import type { NewValues, SeenValues } from './SeenValues.ts';

const KEY_LENGTH_MAX = 256;

/** The objects that were seen at one place. */
export class SeenObjects {
  readonly #places: Places;
  readonly #newValues: NewValues;
  readonly #properties = new Map<string, SeenValues>();
  /** The values of all keys that are not followed by name. */
  #rest: SeenValues | undefined;
  /** True once keys that could be named went to the rest: from then on every new key does. */
  #isFull = false;
  #isMap = false;
  #count = 0;

  constructor(places: Places, newValues: NewValues) {
    this.#places = places;
    this.#newValues = newValues;
  }

  add(object: JsonObject): void {
    this.#count++;
    for (const key of Object.keys(object)) this.#at(key).add(object[key] as JsonValue);
  }

  merge(other: SeenObjects): void {
    this.#count += other.#count;
    // Its rest may hold values of keys that have a name here.
    if (other.#isFull && !this.#isMap) this.#becomeMap();
    for (const [key, values] of other.#properties) this.#at(key).merge(values);
    if (other.#rest !== undefined) this.#others().merge(other.#rest);
  }

  keywords(): JsonObject {
    const { isOpen } = this.#places.limits;
    if (this.#looksLikeMap()) return { additionalProperties: this.#mapSchema() };
    const required = [...this.#properties].filter(([, { count }]) => count === this.#count).map(([key]) => key);
    const properties = [...this.#properties].map(([key, values]) => [key, values.toSchema()]);
    const additional = isOpen || this.#rest === undefined ? isOpen : this.#rest.toSchema();
    return {
      ...(required.length === 0 ? {} : { required }),
      ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
      additionalProperties: additional,
    };
  }

  #at(key: string): SeenValues {
    const known = this.#properties.get(key);
    if (known !== undefined) return known;
    if (this.#isFull || !isNameable(key)) return this.#others();
    if (this.#properties.size >= this.#places.limits.propertiesMax) return this.#becomeMap();
    if (!this.#places.hasRoom) return this.#becomeFull();
    const values = this.#newValues(this.#places);
    this.#properties.set(key, values);
    return values;
  }

  #others(): SeenValues {
    this.#rest ??= this.#newValues(this.#places);
    return this.#rest;
  }

  #becomeFull(): SeenValues {
    this.#isFull = true;
    return this.#others();
  }

  #becomeMap(): SeenValues {
    this.#isFull = true;
    this.#isMap = true;
    this.#rest = this.#foldedInto(this.#places);
    this.#properties.clear();
    return this.#rest;
  }

  #looksLikeMap(): boolean {
    if (this.#isMap) return true;
    if (this.#properties.size < this.#places.limits.mapKeysMin) return false;
    return [...this.#properties.values()].every(({ count }) => count < this.#count);
  }

  /** What is folded only to be shown takes no place for ever. */
  #mapSchema(): JsonObject {
    const { limits } = this.#places;
    const places = new Places(limits, limits.placesMax);
    const schema = this.#foldedInto(places).toSchema();
    if (places.isLossy) this.#places.giveUp();
    return schema;
  }

  /** All values, whatever their key. */
  #foldedInto(places: Places): SeenValues {
    const all = this.#newValues(places);
    for (const values of this.#properties.values()) all.merge(values);
    if (this.#rest !== undefined) all.merge(this.#rest);
    return all;
  }
}

/** Validators pass over a property `__proto__`, so that no schema may name it. */
function isNameable(key: string): boolean {
  return key !== '__proto__' && key.length <= KEY_LENGTH_MAX;
}
