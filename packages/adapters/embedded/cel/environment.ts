import {
  type CelEnv,
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celEnv,
  celError,
  celFunc,
  celList,
  celListConcat,
  celUint,
  isCelList,
  isCelMap,
  listType,
  mapType,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { CHARACTERS_PER_STEP, METER, METER_EXCEEDED } from './Meter.ts';
import { textMethods } from './textMethods.ts';
import { TIMESTAMP, timestampMethods } from './timestampMethods.ts';

/** Functions that the compiler puts in; `@` keeps them out of reach for expressions. */
export const CHARGE = '@charge';
export const WEIGH = '@weigh';
export const APPEND = '@append';
export const HAS = '@has';
export const RUNNING = '@running';
export const PATTERN = '@pattern';

/** Parts of a pattern that are made in about the time of one step. */
const PARTS_PER_STEP = 8;

const { BOOL, DOUBLE, DYN, INT, STRING, UINT } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

/** Of the string extensions, those that are linear in their text, and do not count its characters. */
const STRING_FUNCTIONS: ReadonlySet<string> = new Set(['lowerAscii', 'upperAscii', 'trim', 'join']);

/** The functions that expressions may call: those of CEL's standard, corrected where the library strays from it. */
export const ENVIRONMENT: CelEnv = celEnv({
  funcs: [
    ...strings.filter(({ name }) => STRING_FUNCTIONS.has(name)),
    ...textMethods(),
    ...timestampMethods(),
    ...conversions(),
    // The library's own takes a key whose value is null for absent.
    celFunc('@in', [STRING, MAP], BOOL, (key, map) => map.get(key) !== undefined),
    celFunc(HAS, [DYN, STRING], BOOL, has),
    // Adding doubles: a few variables that add each other would be endless.
    celFunc('_+_', [LIST, LIST], LIST, (left, right) => celListConcat(charged(left), charged(right))),
    celFunc('_+_', [STRING, STRING], STRING, (left, right) => weigh(left + right) as string),
    celFunc(RUNNING, [BOOL], BOOL, (isWanted) => isWanted && !METER.isExceeded),
    celFunc(CHARGE, [DYN], DYN, charge),
    celFunc(WEIGH, [DYN], DYN, weigh),
    celFunc(PATTERN, [DYN, INT], DYN, chargePattern),
    celFunc(APPEND, [LIST, DYN], LIST, append),
  ],
});

/**
 * Where the library reads texts as JavaScript does (an empty text is 0, `abc` is not a number), CEL has an error. No
 * error says the text: denials are logged and audited, and payloads are not. They are no errors of CEL, which would keep
 * the library from noting at which part of the expression they arose.
 */
function conversions(): CelFunc[] {
  return [
    celFunc('int', [STRING], INT, (text) => integerOf(text, -(2n ** 63n), 2n ** 63n - 1n)),
    celFunc('uint', [STRING], UINT, (text) => celUint(integerOf(text, 0n, 2n ** 64n - 1n))),
    celFunc('double', [STRING], DOUBLE, (text) => {
      if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
      throw new RangeError('the text is not a number');
    }),
    celFunc('bool', [STRING], BOOL, (text) => {
      if (text === 'true' || text === 'false') return text === 'true';
      throw new RangeError('the text is neither true nor false');
    }),
    celFunc('timestamp', [INT], TIMESTAMP, (seconds) => create(TimestampSchema, { seconds })),
  ];
}

function integerOf(text: string, min: bigint, max: bigint): bigint {
  if (!/^[+-]?\d{1,20}$/.test(text)) throw new RangeError('the text is not an integer');
  const value = BigInt(text.replace('+', ''));
  if (value < min || value > max) throw new RangeError('the integer is out of range');
  return value;
}

function has(value: CelValue, key: string): boolean {
  return isCelMap(value) && value.get(key) !== undefined;
}

function charge(range: CelValue): CelInput {
  return isCelList(range) || isCelMap(range) ? charged(range) : range;
}

function charged<Sized extends { readonly size: number }>(range: Sized): Sized {
  if (!METER.take(range.size)) throw celError(METER_EXCEEDED);
  return range;
}

function weigh(value: CelValue): CelInput {
  if (typeof value === 'object' || typeof value === 'string') {
    if (!METER.take(weightOf(value, METER.left))) throw celError(METER_EXCEEDED);
  }
  return value;
}

function chargePattern(text: CelValue, parts: bigint): CelInput {
  if (!METER.take(Math.floor(Number(parts) / PARTS_PER_STEP))) throw celError(METER_EXCEEDED);
  return text as CelInput;
}

/** Elements within a value, however deep; stops soon after `max`. */
function weightOf(value: CelValue, max: number): number {
  if (typeof value === 'string') return Math.floor(value.length / CHARACTERS_PER_STEP);
  if (!isCelList(value) && !isCelMap(value)) return 0;
  let weight = value.size;
  for (const element of value.values()) {
    if (weight > max) break;
    weight += weightOf(element, max - weight);
  }
  return weight;
}

/** The arrays behind lists that comprehensions are making. */
const GROWING = new WeakMap<object, CelInput[]>();

/** `list + [value]` for the list that a comprehension makes, in place: copying it each time is quadratic. */
function append(list: CelValue<typeof LIST>, value: CelValue): CelInput<typeof LIST> {
  const known = GROWING.get(list);
  if (known !== undefined) {
    known.push(value as CelInput);
    return list;
  }
  const array: CelInput[] = [...(list as Iterable<CelInput>), value as CelInput];
  const growing = celList(array);
  GROWING.set(growing, array);
  return growing;
}
