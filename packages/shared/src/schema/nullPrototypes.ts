import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';

/** In code that ajv writes: where it makes an object of the names that were evaluated. */
const EVALUATED = /\b(props\d* ?(?:=|\|\|) ?)\{\}/g;

/**
 * Ajv collects the names of evaluated properties in plain objects, in which every name that objects inherit, such as
 * `constructor`, would be found: `unevaluatedProperties: false` would let it pass. In the code that it writes, these
 * objects are made without a prototype.
 */
export function withNullPrototypes(code: string): string {
  return code.replaceAll(EVALUATED, '$1{__proto__:null}');
}

/**
 * A text of the schema could stand in the code as it is, and would be changed there.
 *
 * @throws InvalidArgumentError
 */
export function refuseCodeLike(schema: JsonObject): void {
  const found = JSON.stringify(schema).match(EVALUATED)?.[0];
  if (found === undefined) return;
  throw new InvalidArgumentError(
    'schema',
    `holds the text ${found}, which looks like the validator's own code; write it otherwise`,
  );
}
