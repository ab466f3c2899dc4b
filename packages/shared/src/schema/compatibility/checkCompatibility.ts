import type { JsonObject } from '../../types/json.ts';
import type { CompatibilityLevel, Incompatibility } from './CompatibilityLevel.ts';

export function checkCompatibility(
  _proposed: JsonObject,
  _earlier: readonly { readonly version: string; readonly schema: JsonObject }[],
  _level: CompatibilityLevel,
): readonly Incompatibility[] {
  return [];
}
