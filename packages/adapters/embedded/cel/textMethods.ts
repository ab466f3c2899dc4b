import { type CelFunc, type CelInput, CelScalar, celError, celFunc, celList, celMethod, listType } from '@bufbuild/cel';
import { compareUtf8 } from '@nexus/shared';
import { CHARACTERS_PER_STEP, METER, METER_EXCEEDED } from './Meter.ts';

const { BOOL, INT, STRING } = CelScalar;
const TEXTS = listType(STRING);
/** Costs nothing for texts of Latin-1, of which the engine knows that they have none. */
const SURROGATE = /[\ud800-\udfff]/;

/**
 * The functions of texts that count characters or order them. A text of CEL is a sequence of code points; the library's
 * own take it for one of UTF-16 units, and so cut a character in halves, or find it where it is not.
 */
export function textMethods(): CelFunc[] {
  return [
    celMethod('charAt', STRING, [INT], STRING, charAt),
    celMethod('indexOf', STRING, [STRING], INT, indexOf),
    celMethod('indexOf', STRING, [STRING, INT], INT, indexOf),
    celMethod('lastIndexOf', STRING, [STRING], INT, lastIndexOf),
    celMethod('lastIndexOf', STRING, [STRING, INT], INT, lastIndexOf),
    celMethod('substring', STRING, [INT], STRING, substring),
    celMethod('substring', STRING, [INT, INT], STRING, substring),
    celMethod('split', STRING, [STRING], TEXTS, split),
    celMethod('split', STRING, [STRING, INT], TEXTS, split),
    celFunc('_<_', [STRING, STRING], BOOL, (left, right) => compare(left, right) < 0),
    celFunc('_<=_', [STRING, STRING], BOOL, (left, right) => compare(left, right) <= 0),
    celFunc('_>_', [STRING, STRING], BOOL, (left, right) => compare(left, right) > 0),
    celFunc('_>=_', [STRING, STRING], BOOL, (left, right) => compare(left, right) >= 0),
  ];
}

/** Empty right behind the last character. */
function charAt(this: string, position: bigint): string {
  const unit = unitOf(this, position);
  return this.slice(unit, unit + widthAt(this, unit));
}

function indexOf(this: string, part: string, from?: bigint): bigint {
  return positionOf(this, this.indexOf(part, from === undefined ? 0 : characterOf(this, from)));
}

function lastIndexOf(this: string, part: string, from?: bigint): bigint {
  return positionOf(this, this.lastIndexOf(part, from === undefined ? this.length : characterOf(this, from)));
}

function substring(this: string, start: bigint, end?: bigint): string {
  const [first, last] = [unitOf(this, start), end === undefined ? this.length : unitOf(this, end)];
  if (first > last) throw new RangeError('the start is behind the end');
  return this.slice(first, last);
}

/** The library's own also drops what is behind the last part; by CEL it is the last part. */
function split(this: string, separator: string, count = -1n): CelInput<typeof TEXTS> {
  const parts = separator === '' && SURROGATE.test(this) ? Array.from(this) : this.split(separator);
  const max = Number(count);
  if (max < 0 || parts.length <= max) return celList(parts);
  return celList(max === 0 ? [] : [...parts.slice(0, max - 1), parts.slice(max - 1).join(separator)]);
}

/** Counted here, since numbers are compared by the same operators, and far more often. */
function compare(left: string, right: string): number {
  const steps = Math.floor(Math.min(left.length, right.length) / CHARACTERS_PER_STEP);
  if (!METER.take(steps)) throw celError(METER_EXCEEDED);
  return compareUtf8(left, right);
}

/** The UTF-16 unit at which a code point begins; the text's length for the position behind the last one. */
function unitOf(text: string, position: bigint): number {
  const index = Number(position);
  if (index < 0 || index > text.length) throw outOfBounds(text, position);
  if (!SURROGATE.test(text)) return index;
  let unit = 0;
  for (let before = 0; before < index; before++) {
    if (unit >= text.length) throw outOfBounds(text, position);
    unit += widthAt(text, unit);
  }
  return unit;
}

/** As `unitOf`, for a position at which there is a code point. */
function characterOf(text: string, position: bigint): number {
  const unit = unitOf(text, position);
  if (unit === text.length) throw outOfBounds(text, position);
  return unit;
}

/** How many code points are before a UTF-16 unit; -1 for -1. */
function positionOf(text: string, unit: number): bigint {
  if (unit < 0 || !SURROGATE.test(text)) return BigInt(unit);
  let position = 0;
  for (let before = 0; before < unit; before += widthAt(text, before)) position++;
  return BigInt(position);
}

function widthAt(text: string, unit: number): number {
  return (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
}

function outOfBounds(text: string, position: bigint): RangeError {
  return new RangeError(`index ${position} out of bounds [0, ${positionOf(text, text.length)})`);
}
