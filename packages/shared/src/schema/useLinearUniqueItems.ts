import type { Ajv } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { canonicalJson } from '../governance/digest.ts';
import type { JsonValue } from '../types/json.ts';

/**
 * Puts a `uniqueItems` in the place of ajv's, which compares each item with every other, and takes what objects inherit
 * for their own. The items' canonical texts are compared in linear time.
 */
export function useLinearUniqueItems(ajv: Ajv | Ajv2020): void {
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isUnique: boolean, items: JsonValue[]) =>
      !isUnique || new Set(items.map((item) => canonicalJson(item))).size === items.length,
    error: { message: 'must NOT have duplicate items' },
  });
}
