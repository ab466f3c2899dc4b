import { UsageError } from './errors.ts';
import { parseTime } from './import/parseTime.ts';

/** For commander: an integer within bounds. */
export function integer(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    throw new UsageError(`${name} must be an integer ${bounds}, not ${JSON.stringify(text)}`, { argument: name });
  };
}

/** For commander: a time with a zone, in UTC. */
export function time(name: string): (text: string) => string {
  return (text) => {
    const parsed = parseTime(text);
    if ('time' in parsed) return parsed.time;
    throw new UsageError(`${name} ${parsed.fault}`, { argument: name });
  };
}

/** For commander: text values that were given one by one. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** For commander: names separated by commas. */
export function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
