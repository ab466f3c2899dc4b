import type { parse } from '@bufbuild/cel';

/** A node of a parsed expression, in the form of CEL's protocol buffers. */
export type Expr = ReturnType<typeof parse>['expr'];
type Kind = Expr['exprKind'];
type ValueOf<Case extends Kind['case']> = Extract<Kind, { case: Case }> extends { value: infer Value } ? Value : never;
export type Call = ValueOf<'callExpr'>;
export type Select = ValueOf<'selectExpr'>;
export type Comprehension = ValueOf<'comprehensionExpr'>;

/** The nodes right below a node. */
function childrenOf({ exprKind }: Expr): Expr[] {
  switch (exprKind.case) {
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args]);
    case 'selectExpr':
      return present([exprKind.value.operand]);
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        present([keyKind.case === 'mapKey' ? keyKind.value : undefined, value]),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

/** Levels of nodes; counted without recursion, since what is counted may be too deep for it. */
export function depthOf(root: Expr): number {
  let depth = 0;
  for (let level = [root]; level.length > 0; level = level.flatMap(childrenOf)) depth++;
  return depth;
}

/** Every node, outer ones first. */
export function* nodesOf(root: Expr): Generator<Expr, void, undefined> {
  yield root;
  for (const child of childrenOf(root)) yield* nodesOf(child);
}

/** The text of a constant text; `undefined` for everything else. */
export function constantText({ exprKind }: Expr): string | undefined {
  if (exprKind.case !== 'constExpr' || exprKind.value.constantKind.case !== 'stringValue') return undefined;
  return exprKind.value.constantKind.value;
}

export function callExpr(id: bigint, name: string, args: readonly Expr[]): Expr {
  const call = { $typeName: 'cel.expr.Expr.Call', function: name, args: [...args] } as Call;
  return { $typeName: 'cel.expr.Expr', id, exprKind: { case: 'callExpr', value: call } };
}

export function identExpr(id: bigint, name: string): Expr {
  return {
    $typeName: 'cel.expr.Expr',
    id,
    exprKind: { case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } },
  };
}

export function textExpr(id: bigint, value: string): Expr {
  return constantExpr(id, { case: 'stringValue', value });
}

export function integerExpr(id: bigint, value: number): Expr {
  return constantExpr(id, { case: 'int64Value', value: BigInt(value) });
}

function constantExpr(id: bigint, constantKind: ValueOf<'constExpr'>['constantKind']): Expr {
  const constant = { $typeName: 'cel.expr.Constant', constantKind } as const;
  return { $typeName: 'cel.expr.Expr', id, exprKind: { case: 'constExpr', value: constant } };
}

function present(nodes: readonly (Expr | undefined)[]): Expr[] {
  return nodes.filter((node) => node !== undefined);
}
