import jsonata from 'jsonata';
import { InvalidArgumentError } from '../../types/errors.ts';
import type { JsonObject } from '../../types/json.ts';
import { distinct } from './distinct.ts';
import { LinearRegExp } from './LinearRegExp.ts';

/** A JSONata expression, ready to run. Rejects with what JSONata throws, which need not be an `Error`. */
export type CompiledRule = (payload: JsonObject) => Promise<unknown>;

/** Most steps of one evaluation: a payload of 1,000 lines, mapped field by field, takes 13,000. */
export const RULE_STEPS_MAX = 250_000;
/** Most elements of lists, or 64ths of texts, that all steps of one evaluation give together: built-in functions and paths go over them. */
const RULE_ELEMENTS_MAX = 20_000_000;
const CHARACTERS_PER_ELEMENT = 64;
/** Steps after which others may run. */
const BREATHE_EVERY_STEPS = 10_000;
const RULE_DEPTH_MAX = 10_000;
const SEQUENCE_LENGTH_MAX = 100_000;
const RULE_TEXT_MAX = 64 * 1024;
const RULES_KEPT_MAX = 1_000;

/** They answer anew each time, or run what a payload says. */
const REFUSED_FUNCTIONS: ReadonlySet<unknown> = new Set(['now', 'millis', 'random', 'shuffle', 'eval']);

const ENTER_STEP = Symbol.for('jsonata.__evaluate_entry');
const LEAVE_STEP = Symbol.for('jsonata.__evaluate_exit');

const COMPILED = new Map<string, CompiledRule>();

/**
 * Compiles a JSONata expression over a payload. It is pure: `$now`, `$millis`, `$random`, `$shuffle` and `$eval` are
 * refused. Patterns run in linear time; an evaluation takes at most 250,000 steps, which go over at most 20 million
 * elements, lets others run between them, and makes no sequence longer than 100,000. The same text is compiled once.
 *
 * @throws InvalidArgumentError - names the position of the fault in the text
 */
export function parseRule(text: string): CompiledRule {
  const known = COMPILED.get(text);
  if (known !== undefined) return known;
  const rule = compile(text);
  COMPILED.set(text, rule);
  const [oldest] = COMPILED.keys();
  if (COMPILED.size > RULES_KEPT_MAX && oldest !== undefined) COMPILED.delete(oldest);
  return rule;
}

function compile(text: string): CompiledRule {
  if (text.length > RULE_TEXT_MAX) throw wrong(`is longer than ${RULE_TEXT_MAX} characters; write a function instead`);
  const expression = parse(text);
  refuseFaults(expression.ast());
  expression.registerFunction('distinct', distinct as (list: unknown) => unknown, '<x:x>');
  meter(expression);
  return (payload) => expression.evaluate(payload);
}

interface Work {
  steps: number;
  elements: number;
}

/** Counts the work of each evaluation for itself. */
function meter(expression: jsonata.Expression): void {
  const works = new WeakMap<object, Work>();
  const workOf = (base: object): Work => {
    const known = works.get(base);
    if (known !== undefined) return known;
    const work = { steps: 0, elements: 0 };
    works.set(base, work);
    return work;
  };
  expression.assign(ENTER_STEP as unknown as string, (_node: unknown, _input: unknown, { base }: { base: object }) => {
    const work = workOf(base);
    work.steps += 1;
    if (work.steps > RULE_STEPS_MAX) throw new RangeError(`it takes more than ${RULE_STEPS_MAX} steps`);
    if (work.steps % BREATHE_EVERY_STEPS === 0) return new Promise((resolve) => setImmediate(resolve));
    return undefined;
  });
  const leave = (_node: unknown, _input: unknown, { base }: { base: object }, result: unknown) => {
    const work = workOf(base);
    work.elements += lengthOf(result);
    if (work.elements > RULE_ELEMENTS_MAX) throw new RangeError(`it goes over more than ${RULE_ELEMENTS_MAX} elements`);
  };
  expression.assign(LEAVE_STEP as unknown as string, leave);
}

function lengthOf(result: unknown): number {
  if (typeof result === 'string') return Math.floor(result.length / CHARACTERS_PER_ELEMENT);
  return Array.isArray(result) ? result.length : 0;
}

function parse(text: string): jsonata.Expression {
  try {
    return jsonata(text, {
      stack: RULE_DEPTH_MAX,
      sequence: SEQUENCE_LENGTH_MAX,
      RegexEngine: LinearRegExp as unknown as RegExpConstructor,
    });
  } catch (error) {
    if (error instanceof RangeError) throw wrong('is nested too deeply; flatten it', undefined, error);
    const { message, position } = error as { message?: unknown; position?: unknown };
    throw wrong(`is no JSONata expression: ${String(message)}`, position, error);
  }
}

/** Walks the parsed expression, whose depth the parser has bounded. */
function refuseFaults(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, value, position } = node as { type?: unknown; value?: unknown; position?: unknown };
  if (type === 'variable' && REFUSED_FUNCTIONS.has(value)) {
    throw wrong(`uses $${String(value)}; a rule must give the same for the same payload each time`, position);
  }
  if (type === 'regex' && value instanceof RegExp) refuseSlowPattern(value, position);
  for (const child of Object.values(node)) refuseFaults(child);
}

function refuseSlowPattern(pattern: RegExp, position: unknown): void {
  try {
    new LinearRegExp(pattern);
  } catch (error) {
    throw wrong('has a pattern that cannot be matched in linear time; write another', position, error);
  }
}

function wrong(rule: string, position?: unknown, cause?: unknown): InvalidArgumentError {
  const where = typeof position === 'number' ? `, at position ${position}` : '';
  return new InvalidArgumentError('rule', `${rule}${where}`, { cause });
}
