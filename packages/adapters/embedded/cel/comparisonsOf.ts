import { constantText, type Expr, nodesOf } from './expressionTree.ts';

/** A comparison of a field whose values are bounded by the policy's constraints. */
export interface Comparison {
  readonly field: 'eventType' | 'aggregateType' | 'action';
  /** The texts that it is compared with. */
  readonly texts: readonly string[];
}

/** The comparisons with constant texts, by `==`, `!=` and `in`, anywhere in an expression. */
export function comparisonsOf(expr: Expr): Comparison[] {
  return [...nodesOf(expr)].flatMap((node) => comparisonOf(node) ?? []);
}

/** The comparisons that must hold for an expression to be true. */
export function demandsOf(expr: Expr): Comparison[] {
  if (expr.exprKind.case !== 'callExpr') return [];
  const { function: name, args } = expr.exprKind.value;
  if (name === '_&&_') return args.flatMap(demandsOf);
  const comparison = name === '_!=_' ? undefined : comparisonOf(expr);
  return comparison === undefined ? [] : [comparison];
}

function comparisonOf({ exprKind }: Expr): Comparison | undefined {
  if (exprKind.case !== 'callExpr') return undefined;
  const { function: name, args } = exprKind.value;
  const [left, right] = args;
  if (left === undefined || right === undefined) return undefined;
  if (name === '@in') return comparison(fieldOf(left), textsOf(right));
  if (name !== '_==_' && name !== '_!=_') return undefined;
  return comparison(fieldOf(left) ?? fieldOf(right), textsOf(left) ?? textsOf(right));
}

function comparison(
  field: Comparison['field'] | undefined,
  texts: readonly string[] | undefined,
): Comparison | undefined {
  return field === undefined || texts === undefined ? undefined : { field, texts };
}

function fieldOf({ exprKind }: Expr): Comparison['field'] | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name === 'action' ? 'action' : undefined;
  if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly) return undefined;
  const { field, operand } = exprKind.value;
  const object = operand?.exprKind.case === 'identExpr' ? operand.exprKind.value.name : '';
  if (object !== 'event' && object !== 'resource') return undefined;
  return field === 'eventType' || field === 'aggregateType' ? field : undefined;
}

function textsOf(expr: Expr): string[] | undefined {
  const text = constantText(expr);
  if (text !== undefined) return [text];
  if (expr.exprKind.case !== 'listExpr') return undefined;
  const texts = expr.exprKind.value.elements.map(constantText);
  return texts.every((element) => element !== undefined) ? texts : undefined;
}
