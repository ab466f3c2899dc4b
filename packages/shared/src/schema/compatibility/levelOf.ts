import type { CompatibilityLevel, CompatibilityLevels } from './CompatibilityLevel.ts';

/** The level of an event type: its own, else that of the longest prefix, else the default, else `BACKWARD`. */
export function levelOf(levels: CompatibilityLevels, eventType: string): CompatibilityLevel {
  const own =
    levels.types !== undefined && Object.hasOwn(levels.types, eventType) ? levels.types[eventType] : undefined;
  if (own !== undefined) return own;
  const [longest] = Object.entries(levels.prefixes ?? {})
    .filter(([prefix]) => eventType.startsWith(prefix))
    .sort(([left], [right]) => right.length - left.length);
  return longest?.[1] ?? levels.default ?? 'BACKWARD';
}

/** @throws ConfigurationError */
export function checkLevels(levels: unknown): CompatibilityLevels {
  return levels as CompatibilityLevels;
}

export const COMPATIBILITY_LEVELS: readonly CompatibilityLevel[] = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
];
