import { ConfigurationError } from '../../types/errors.ts';
import { nearestNames } from '../../types/nearestNames.ts';
import type { CompatibilityLevel, CompatibilityLevels } from './CompatibilityLevel.ts';

/** All levels, from the one that asks for nothing to the one that asks for most. */
export const COMPATIBILITY_LEVELS: readonly CompatibilityLevel[] = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
];

const DEFAULT_LEVEL: CompatibilityLevel = 'BACKWARD';
const SETTINGS = ['default', 'prefixes', 'types'] as const;
const SETTING = 'compatibility';

/** Longer texts are cut before they are compared and shown. */
const TEXT_MAX = 60;

/** The level of an event type: its own, else that of the longest prefix, else the default, else `BACKWARD`. */
export function levelOf(levels: CompatibilityLevels, eventType: string): CompatibilityLevel {
  const { types = {}, prefixes = {} } = levels;
  if (Object.hasOwn(types, eventType)) return types[eventType] as CompatibilityLevel;
  const fitting = Object.keys(prefixes).filter((prefix) => eventType.startsWith(prefix));
  const longest = fitting.reduce<string | undefined>(
    (best, prefix) => (best === undefined || prefix.length > best.length ? prefix : best),
    undefined,
  );
  return (longest === undefined ? undefined : prefixes[longest]) ?? levels.default ?? DEFAULT_LEVEL;
}

/**
 * The compatibility levels of a configuration, checked.
 *
 * @throws ConfigurationError - an unknown setting or level; names the nearest that there is
 */
export function checkLevels(levels: unknown): CompatibilityLevels {
  const settings = objectAt(levels, SETTING);
  for (const key of Object.keys(settings)) {
    if (!SETTINGS.includes(key as (typeof SETTINGS)[number]))
      throw unknown(`${SETTING}.${key}`, 'is no setting', key, SETTINGS);
  }
  if (settings.default !== undefined) checkLevel(settings.default, `${SETTING}.default`);
  for (const map of ['prefixes', 'types'] as const) checkMap(settings[map], `${SETTING}.${map}`);
  return settings as CompatibilityLevels;
}

function checkMap(map: unknown, setting: string): void {
  if (map === undefined) return;
  for (const [key, level] of Object.entries(objectAt(map, setting)))
    checkLevel(level, `${setting}[${JSON.stringify(key)}]`);
}

function objectAt(value: unknown, setting: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigurationError(setting, `${setting} must be an object; see CompatibilityLevels`);
}

function checkLevel(level: unknown, setting: string): void {
  if (COMPATIBILITY_LEVELS.includes(level as CompatibilityLevel)) return;
  throw unknown(setting, 'must be a compatibility level', level, COMPATIBILITY_LEVELS);
}

function unknown(setting: string, rule: string, found: unknown, known: readonly string[]): ConfigurationError {
  const text = typeof found === 'string' ? found.slice(0, TEXT_MAX) : undefined;
  const hint =
    text === undefined ? '' : `, found ${JSON.stringify(text)}; did you mean ${nearestNames(text, known)[0]}?`;
  return new ConfigurationError(setting, `${setting} ${rule} (${known.join(', ')})${hint}`);
}
