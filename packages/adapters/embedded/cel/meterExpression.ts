import { APPEND, CHARGE, HAS, PATTERN, RUNNING, WEIGH } from './environment.ts';
import {
  type Call,
  type Comprehension,
  callExpr,
  constantText,
  type Expr,
  identExpr,
  integerExpr,
  nodesOf,
  type Select,
  textExpr,
} from './expressionTree.ts';
import { patternSize } from './patternSize.ts';

/** Calls whose time grows with their operands. Within comprehensions they repeat, and are counted. */
const GROWING_CALLS: ReadonlySet<string> = new Set([
  '_==_',
  '_!=_',
  '_+_',
  '@in',
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'charAt',
  'indexOf',
  'lastIndexOf',
  'lowerAscii',
  'upperAscii',
  'split',
  'substring',
  'trim',
  'join',
  'int',
  'uint',
  'double',
  'bool',
  'bytes',
  'timestamp',
  'duration',
]);

/** An expression that means the same, and counts what it costs while it is evaluated. */
export function meterExpression(expr: Expr, isRepeated = false): Expr {
  const kind = expr.exprKind;
  const inner = (node: Expr): Expr => meterExpression(node, isRepeated);
  switch (kind.case) {
    case 'callExpr':
      return meteredCall(expr, kind.value, isRepeated);
    case 'selectExpr':
      return meteredSelect(expr, kind.value, inner);
    case 'comprehensionExpr':
      return { ...expr, exprKind: { case: kind.case, value: meteredComprehension(kind.value, inner) } };
    case 'listExpr':
      return {
        ...expr,
        exprKind: { case: kind.case, value: { ...kind.value, elements: kind.value.elements.map(inner) } },
      };
    case 'structExpr': {
      const entries = kind.value.entries.map((entry) => ({
        ...entry,
        ...(entry.keyKind.case === 'mapKey' && {
          keyKind: { case: entry.keyKind.case, value: inner(entry.keyKind.value) },
        }),
        ...(entry.value && { value: inner(entry.value) }),
      }));
      return { ...expr, exprKind: { case: kind.case, value: { ...kind.value, entries } } };
    }
    default:
      return expr;
  }
}

/** Comparisons go into all that is nested, and variables that hold one another twice are endless when taken apart. */
const COMPARING_CALLS: ReadonlySet<string> = new Set(['_==_', '_!=_', '@in']);

function meteredCall(expr: Expr, call: Call, isRepeated: boolean): Expr {
  const isWeighed =
    (isRepeated && GROWING_CALLS.has(call.function)) ||
    (COMPARING_CALLS.has(call.function) && call.args.some(namesVariables));
  const pattern = isRepeated && call.function === 'matches' ? call.args.at(-1) : undefined;
  const operand = (node: Expr): Expr => {
    const metered = meterExpression(node, isRepeated);
    if (pattern !== undefined && node !== pattern) {
      const parts = integerExpr(pattern.id, patternSize(constantText(pattern) ?? ''));
      return callExpr(node.id, PATTERN, [callExpr(node.id, WEIGH, [metered]), parts]);
    }
    return isWeighed && node.exprKind.case !== 'constExpr' ? callExpr(node.id, WEIGH, [metered]) : metered;
  };
  const target = call.target && { target: operand(call.target) };
  return { ...expr, exprKind: { case: 'callExpr', value: { ...call, ...target, args: call.args.map(operand) } } };
}

/** `has` as a function, since the library's own takes a key whose value is null for absent. */
function meteredSelect(expr: Expr, select: Select, inner: (node: Expr) => Expr): Expr {
  const { operand, field, testOnly } = select;
  if (operand === undefined) return expr;
  if (testOnly) return callExpr(expr.id, HAS, [inner(operand), textExpr(expr.id, field)]);
  if (operand.exprKind.case === 'identExpr' && operand.exprKind.value.name === 'variables') {
    return identExpr(expr.id, `variables.${field}`);
  }
  return { ...expr, exprKind: { case: 'selectExpr', value: { ...select, operand: inner(operand) } } };
}

function meteredComprehension(comprehension: Comprehension, inner: (node: Expr) => Expr): Comprehension {
  const { iterRange, loopCondition, loopStep, accuVar } = comprehension;
  if (iterRange === undefined || loopCondition === undefined || loopStep === undefined) return comprehension;
  return {
    ...comprehension,
    iterRange: callExpr(iterRange.id, CHARGE, [inner(iterRange)]),
    loopCondition: callExpr(loopCondition.id, RUNNING, [loopCondition]),
    loopStep: meteredStep(loopStep, accuVar),
  };
}

function meteredStep(step: Expr, accuVar: string): Expr {
  if (step.exprKind.case !== 'callExpr') return meterExpression(step, true);
  const call = step.exprKind.value;
  const [first, second] = call.args;
  if (call.function === '_?_:_') {
    const args = call.args.map((arg) => meteredStep(arg, accuVar));
    return { ...step, exprKind: { case: 'callExpr', value: { ...call, args } } };
  }
  const added = second?.exprKind;
  if (call.function !== '_+_' || !isIdent(first, accuVar) || added?.case !== 'listExpr')
    return meterExpression(step, true);
  const elements = added.value.elements.map((element) => meterExpression(element, true));
  return callExpr(step.id, APPEND, [first, ...elements]);
}

function namesVariables(expr: Expr): boolean {
  return [...nodesOf(expr)].some((node) => isIdent(node, 'variables'));
}

function isIdent(expr: Expr | undefined, name: string): expr is Expr {
  return expr?.exprKind.case === 'identExpr' && expr.exprKind.value.name === name;
}
