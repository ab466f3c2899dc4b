import type { Premise } from './Premise.ts';
import { INTEGER, NUMBER, possibleTypes } from './typeMask.ts';

/** A limit of a number. */
export interface Limit {
  readonly value: number;
  /** Whether the value itself is outside. */
  readonly isExclusive: boolean;
}

/** The least upper limit of the data's numbers. `Infinity` where there is none. */
export function upperLimit(premise: Premise): Limit {
  return premise.once('upper', () => {
    const value = Math.min(...premise.numbers('maximum'));
    const exclusive = Math.min(...premise.numbers('exclusiveMaximum'));
    const limit = exclusive <= value ? { value: exclusive, isExclusive: true } : { value, isExclusive: false };
    if (!holdsIntegersOnly(premise) || !Number.isFinite(limit.value)) return limit;
    const isOutside = limit.isExclusive && Number.isInteger(limit.value);
    return { value: isOutside ? limit.value - 1 : Math.floor(limit.value), isExclusive: false };
  });
}

/** The greatest lower limit of the data's numbers. `-Infinity` where there is none. */
export function lowerLimit(premise: Premise): Limit {
  return premise.once('lower', () => {
    const value = Math.max(...premise.numbers('minimum'));
    const exclusive = Math.max(...premise.numbers('exclusiveMinimum'));
    const limit = exclusive >= value ? { value: exclusive, isExclusive: true } : { value, isExclusive: false };
    if (!holdsIntegersOnly(premise) || !Number.isFinite(limit.value)) return limit;
    const isOutside = limit.isExclusive && Number.isInteger(limit.value);
    return { value: isOutside ? limit.value + 1 : Math.ceil(limit.value), isExclusive: false };
  });
}

/** Whether the data's numbers are integers. */
function holdsIntegersOnly(premise: Premise): boolean {
  return (possibleTypes(premise) & NUMBER) === INTEGER;
}

/** The least of the limits that keywords such as `maxLength` set. `Infinity` where there is none. */
export function atMost(premise: Premise, keyword: string): number {
  return Math.min(...premise.numbers(keyword));
}

/** The greatest of the limits that keywords such as `minLength` set. 0 where there is none. */
export function atLeast(premise: Premise, keyword: string): number {
  return Math.max(0, ...premise.numbers(keyword));
}
