import { type CelInput, type CelMap, celList, celMap } from '@bufbuild/cel';

type Json = { readonly [key: string]: unknown };

/**
 * A JSON object as a map of CEL, read where it lies: nothing is copied before a policy asks for it. Only own keys
 * count, so that `__proto__` and `constructor` are data like any other.
 */
class JsonMap implements ReadonlyMap<string, CelInput> {
  readonly #object: Json;
  /** Lists and objects that were asked for, so that each is made once. */
  #children: Map<string, CelInput> | undefined;

  constructor(object: Json) {
    this.#object = object;
  }

  get size(): number {
    return this.#keys().length;
  }

  get(key: string): CelInput | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    return typeof value === 'object' && value !== null ? this.#child(key, value) : (value as CelInput | undefined);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const key of this.#keys()) yield [key, this.get(key) as CelInput];
  }

  keys(): MapIterator<string> {
    return this.#keys().values() as MapIterator<string>;
  }

  *values(): MapIterator<CelInput> {
    for (const key of this.#keys()) yield this.get(key) as CelInput;
  }

  forEach(callback: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }

  #keys(): string[] {
    return Object.keys(this.#object).filter((key) => this.#object[key] !== undefined);
  }

  #child(key: string, value: object): CelInput {
    const known = this.#children?.get(key);
    if (known !== undefined) return known;
    const made = celOfJson(value);
    this.#children ??= new Map();
    this.#children.set(key, made);
    return made;
  }
}

function celOfJson(value: unknown): CelInput {
  if (typeof value !== 'object' || value === null) return value as CelInput;
  if (Array.isArray(value)) return celList(value.map(celOfJson));
  return celMapOf(value as Json);
}

/** An object as a map of CEL. Numbers are doubles, and `bigint` is an integer. */
export function celMapOf(object: { readonly [key: string]: unknown }): CelMap {
  return celMap(new JsonMap(object));
}
