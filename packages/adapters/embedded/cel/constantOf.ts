import { plan } from '@bufbuild/cel';
import { ENVIRONMENT } from './environment.ts';
import { type Expr, nodesOf } from './expressionTree.ts';
import { METER } from './Meter.ts';

/** What an expression gives whatever the event is; `undefined` where that is not certain. */
export function constantOf(expr: Expr): boolean | undefined {
  if (expr.exprKind.case === 'callExpr') {
    const { function: name, args } = expr.exprKind.value;
    if (name === '_&&_') return junction(args, false);
    if (name === '_||_') return junction(args, true);
  }
  const isClosed = [...nodesOf(expr)].every(({ exprKind }) => exprKind.case !== 'identExpr');
  if (!isClosed) return undefined;
  METER.reset();
  const value = plan(ENVIRONMENT, expr)();
  return typeof value === 'boolean' ? value : undefined;
}

/** `decisive` on one side settles it, whatever is on the others. */
function junction(args: readonly Expr[], decisive: boolean): boolean | undefined {
  const constants = args.map(constantOf);
  if (constants.includes(decisive)) return decisive;
  return constants.includes(undefined) ? undefined : !decisive;
}
