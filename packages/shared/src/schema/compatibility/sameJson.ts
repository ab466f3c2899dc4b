import type { JsonObject, JsonValue } from '../../types/json.ts';

/** Whether two JSON values are equal, whatever the order of their keys. */
export function sameJson(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const [left, right] = [one as JsonObject, other as JsonObject];
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(left[key], right[key]))
  );
}
