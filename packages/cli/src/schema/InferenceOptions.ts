import { checkOptionNames, InvalidArgumentError } from '@nexus/shared';

/** How strict inferred schemas are, and how much is kept to infer them. */
export interface InferenceOptions {
  /** Objects may have properties that were never seen. Default: false. */
  readonly isOpen?: boolean;
  /** State the least and the largest number, length and item count seen. Default: false. */
  readonly hasBounds?: boolean;
  /** Most values of an `enum`; 0 for none. Default: 12. */
  readonly enumValuesMax?: number;
  /** Strings that must have been seen for an `enum`, every value twice at least. Default: 20. */
  readonly enumSeenMin?: number;
  /** Values that must have been seen for `integer` or a `format`. Default: 5. */
  readonly valuesMin?: number;
  /** Different keys from which on an object is a map, if none of them is in every object. Default: 65. */
  readonly mapKeysMin?: number;
  /** Different keys above which an object is a map whatever they are. Default: 1,000. */
  readonly propertiesMax?: number;
  /** Levels of nesting that are followed; below, anything is allowed. Default: 32. */
  readonly depthMax?: number;
  /** Places in the payloads of one event type that are followed. Default: 10,000. */
  readonly placesMax?: number;
  /** Places that are followed, of all event types together. Default: 200,000. */
  readonly allPlacesMax?: number;
  /** Event types that are kept. Default: 1,000. */
  readonly typesMax?: number;
}

export type InferenceLimits = Required<InferenceOptions>;

const DEFAULTS: InferenceLimits = {
  isOpen: false,
  hasBounds: false,
  enumValuesMax: 12,
  enumSeenMin: 20,
  valuesMin: 5,
  mapKeysMin: 65,
  propertiesMax: 1_000,
  depthMax: 32,
  placesMax: 10_000,
  allPlacesMax: 200_000,
  typesMax: 1_000,
};

/** @throws ConfigurationError - there is no such option. @throws InvalidArgumentError - a number is none from 0 */
export function limitsOf(options: InferenceOptions): InferenceLimits {
  checkOptionNames(options as Readonly<Record<string, unknown>>, Object.keys(DEFAULTS));
  const limits = { ...DEFAULTS, ...options };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'boolean' || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new InvalidArgumentError(name, `must be an integer from 0, not ${value}`);
  }
  return limits;
}
