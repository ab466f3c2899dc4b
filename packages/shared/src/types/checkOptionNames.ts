import { ConfigurationError } from './errors.ts';
import { nearestNames } from './nearestNames.ts';

/**
 * Refuses options that nobody reads: a misspelt name must not mean a default.
 *
 * @param where - the options that these lie within, such as `audit`; empty for the outermost
 * @throws ConfigurationError - names the option, and the nearest that there is
 */
export function checkOptionNames(options: object, names: readonly string[], where = ''): void {
  const wrong = Object.keys(options).find((name) => !names.includes(name));
  if (wrong === undefined) return;
  const setting = where === '' ? wrong : `${where}.${wrong}`;
  const [nearest] = nearestNames(wrong, names);
  throw new ConfigurationError(
    setting,
    `${setting} is no setting; did you mean ${nearest}? There are ${names.join(', ')}`,
  );
}
