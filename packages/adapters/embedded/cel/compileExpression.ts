import { type CelResult, isCelError, parse, plan, unparse } from '@bufbuild/cel';
import type { Bindings } from './Bindings.ts';
import { checkExpression } from './checkExpression.ts';
import { ENVIRONMENT } from './environment.ts';
import type { Scope } from './expressionScope.ts';
import { constantText, depthOf, type Expr, nodesOf } from './expressionTree.ts';
import { meterExpression } from './meterExpression.ts';
import { mayBe, nameOf, type StaticType } from './staticTypes.ts';

/** Levels of an expression. */
const DEPTH_MAX = 100;
const SHOWN_MAX = 200;
/** The library's errors that quote a value. */
const QUOTING = /^(field not found: |map key conflict: |index )(.*?)( out of bounds.*)?$/s;

export interface CompiledExpression {
  readonly text: string;
  readonly expr: Expr;
  readonly type: StaticType;
  readonly evaluate: (bindings: Bindings) => CelResult;
  /** What failed in an evaluation, and at which part of the expression. */
  readonly explain: (error: CelResult) => string;
}

export interface ExpressionPlace {
  /** Throws the error for a fault at an offset of the expression's text. */
  readonly fail: (offset: number, message: string) => never;
  readonly warn: (message: string) => void;
}

/**
 * Parses, checks and plans an expression.
 *
 * @param expected - the kind of its value: `bool`, `string`, or `dyn` for any
 */
export function compileExpression(
  text: string,
  expected: string,
  scope: Scope,
  place: ExpressionPlace,
): CompiledExpression {
  const parsed = parseExpression(text, place);
  const { expr } = parsed;
  const offsetOf = (node: Expr): number => parsed.sourceInfo?.positions[String(node.id)] ?? 0;
  const shown = (node: Expr): string => shorten(unparse({ ...parsed, expr: node }));
  const type = checkExpression(expr, scope, {
    fail: (node, message) => place.fail(offsetOf(node), `${message}, at ${shown(node)}`),
    warn: (node, message) => place.warn(`${shown(node)} ${message}`),
  });
  if (!mayBe(type, expected)) place.fail(0, `must give a ${expected}, and gives a ${nameOf(type)}`);
  refusePatterns(expr, (node, message) => place.fail(offsetOf(node), message));
  const evaluate = planExpression(expr, place);
  return { text, expr, type, evaluate, explain: (error) => explain(error, text, expr, shown) };
}

function parseExpression(text: string, place: ExpressionPlace): ReturnType<typeof parse> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(text);
  } catch (error) {
    const { location } = error as { location?: { start?: { offset?: number } } };
    const message = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message;
    return place.fail(location?.start?.offset ?? 0, `is not valid CEL: ${shorten(message)}; mend it there`);
  }
  if (depthOf(parsed.expr) > DEPTH_MAX) place.fail(0, `is nested more than ${DEPTH_MAX} deep; simplify it`);
  return parsed;
}

function planExpression(expr: Expr, place: ExpressionPlace): CompiledExpression['evaluate'] {
  try {
    return plan(ENVIRONMENT, meterExpression(expr)) as unknown as CompiledExpression['evaluate'];
  } catch (error) {
    return place.fail(0, `cannot be evaluated: ${shorten((error as Error).message)}; write it otherwise`);
  }
}

/** A pattern that the engine cannot take would fail at every evaluation. */
function refusePatterns(expr: Expr, fail: (node: Expr, message: string) => never): void {
  for (const node of nodesOf(expr)) {
    if (node.exprKind.case !== 'callExpr' || node.exprKind.value.function !== 'matches') continue;
    const pattern = node.exprKind.value.args.at(-1) ?? node;
    const tried = plan(ENVIRONMENT, parse(`"".matches(${JSON.stringify(constantText(pattern) ?? '')})`))();
    if (isCelError(tried)) fail(node, `has a pattern that RE2 does not take: ${shorten(tried.message)}; mend it`);
  }
}

function explain(error: CelResult, text: string, expr: Expr, shown: (node: Expr) => string): string {
  if (!isCelError(error)) return `${shorten(text)} is no truth value`;
  const message = shorten(withoutValue(error.message, text));
  const { exprId } = error;
  if (exprId === undefined) return `${shorten(text)} cannot be evaluated: ${message}`;
  const node = [...nodesOf(expr)].find(({ id }) => id === exprId);
  const at = node === undefined || node === expr ? '' : `, at ${shown(node)}`;
  return `${shorten(text)} cannot be evaluated: ${message}${at}`;
}

/** An error without the key or index that it quotes, which may be out of a payload, unless the expression says it itself. */
function withoutValue(message: string, text: string): string {
  const [, what, value, rest] = QUOTING.exec(message) ?? [];
  if (what === undefined || value === undefined || text.includes(value)) return message;
  return `${what.replace(/:? $/, '')}${rest === undefined ? '' : ' out of bounds'}`;
}

/** A text at a length that fits in a message. */
export function shorten(text: string, lengthMax: number = SHOWN_MAX): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax).toWellFormed()}…`;
}
