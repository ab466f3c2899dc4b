import type { JsonObject, JsonValue } from '@nexus/shared';
import type { Places } from './Places.ts';
import { SeenArrays } from './SeenArrays.ts';
import { SeenNumbers } from './SeenNumbers.ts';
import { SeenObjects } from './SeenObjects.ts';
import { SeenStrings } from './SeenStrings.ts';

/** Makes what keeps the values one level below. */
export type NewValues = (places: Places) => SeenValues;

/** The values that were seen at one place of the payloads, in as much memory as the limits allow, however many. */
export class SeenValues {
  readonly #places: Places;
  readonly #newValues: NewValues;
  /** True when the place is not followed, and anything may stand there. */
  #isAnything: boolean;
  #count = 0;
  #hasNull = false;
  #hasBoolean = false;
  #numbers: SeenNumbers | undefined;
  #strings: SeenStrings | undefined;
  #arrays: SeenArrays | undefined;
  #objects: SeenObjects | undefined;

  constructor(places: Places, depth: number) {
    this.#places = places;
    this.#newValues = (among) => new SeenValues(among, depth + 1);
    this.#isAnything = depth > places.limits.depthMax || !places.hasRoom;
    if (this.#isAnything) places.giveUp();
    else places.take();
  }

  get count(): number {
    return this.#count;
  }

  add(value: JsonValue): void {
    this.#count++;
    if (this.#isAnything) return;
    if (value === null) this.#hasNull = true;
    else if (typeof value === 'boolean') this.#hasBoolean = true;
    else if (typeof value === 'number') this.#asNumbers().add(value);
    else if (typeof value === 'string') this.#asStrings().add(value);
    else if (Array.isArray(value)) this.#asArrays().add(value);
    else this.#asObjects().add(value as JsonObject);
  }

  merge(other: SeenValues): void {
    this.#count += other.#count;
    this.#isAnything ||= other.#isAnything;
    if (this.#isAnything) return;
    this.#hasNull ||= other.#hasNull;
    this.#hasBoolean ||= other.#hasBoolean;
    if (other.#numbers !== undefined) this.#asNumbers().merge(other.#numbers);
    if (other.#strings !== undefined) this.#asStrings().merge(other.#strings);
    if (other.#arrays !== undefined) this.#asArrays().merge(other.#arrays);
    if (other.#objects !== undefined) this.#asObjects().merge(other.#objects);
  }

  /** Keywords bear on values of their own type alone, so that the types of a union need no branches. */
  toSchema(): JsonObject {
    const types = this.#types();
    if (this.#isAnything || types.length === 0) return {};
    const { limits } = this.#places;
    const type = types.length === 1 ? (types[0] as string) : types;
    return {
      type,
      ...(this.#enumeration(types) ?? this.#strings?.keywords(limits)),
      ...this.#numbers?.keywords(limits),
      ...this.#arrays?.keywords(),
      ...this.#objects?.keywords(),
    };
  }

  #types(): readonly string[] {
    return [
      ...(this.#objects === undefined ? [] : ['object']),
      ...(this.#arrays === undefined ? [] : ['array']),
      ...(this.#strings === undefined ? [] : ['string']),
      ...(this.#numbers === undefined ? [] : [this.#numbers.type(this.#places.limits)]),
      ...(this.#hasBoolean ? ['boolean'] : []),
      ...(this.#hasNull ? ['null'] : []),
    ];
  }

  /** Of strings, and perhaps null, alone: an `enum` bears on values of every type. */
  #enumeration(types: readonly string[]): JsonObject | undefined {
    if (types.some((type) => type !== 'string' && type !== 'null')) return undefined;
    const values = this.#strings?.enumeration(this.#places.limits);
    return values === undefined ? undefined : { enum: this.#hasNull ? [...values, null] : values };
  }

  #asNumbers(): SeenNumbers {
    this.#numbers ??= new SeenNumbers();
    return this.#numbers;
  }

  #asStrings(): SeenStrings {
    this.#strings ??= new SeenStrings(this.#places.limits);
    return this.#strings;
  }

  #asArrays(): SeenArrays {
    this.#arrays ??= new SeenArrays(this.#places, this.#newValues);
    return this.#arrays;
  }

  #asObjects(): SeenObjects {
    this.#objects ??= new SeenObjects(this.#places, this.#newValues);
    return this.#objects;
  }
}
