import { didYouMean } from './didYouMean.ts';
import { ENVIRONMENT } from './environment.ts';
import { type Scope, TYPE_NAMES, withLocals } from './expressionScope.ts';
import { type Call, type Comprehension, constantText, type Expr, type Select } from './expressionTree.ts';
import {
  BOOL,
  constantType,
  DYN,
  either,
  elementOf,
  iteratedOf,
  listOf,
  mayBe,
  nameOf,
  neverEqual,
  resolveCall,
  type StaticType,
} from './staticTypes.ts';

/** Comprehensions within one another. */
const COMPREHENSIONS_MAX = 3;
const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map', 'has'];

export interface ExpressionReport {
  /** Throws the error for a fault at a node. */
  readonly fail: (node: Expr, message: string) => never;
  readonly warn: (node: Expr, message: string) => void;
}

/**
 * Walks an expression: refuses variables, fields and functions that there are not, and operands that no function takes.
 *
 * @returns what is known of its value
 */
export function checkExpression(expr: Expr, scope: Scope, report: ExpressionReport): StaticType {
  return new ExpressionChecker(report).typeOf(expr, scope, 0);
}

class ExpressionChecker {
  readonly #report: ExpressionReport;

  constructor(report: ExpressionReport) {
    this.#report = report;
  }

  typeOf(expr: Expr, scope: Scope, nesting: number): StaticType {
    const kind = expr.exprKind;
    const inner = (node: Expr | undefined): StaticType =>
      node === undefined ? DYN : this.typeOf(node, scope, nesting);
    switch (kind.case) {
      case 'constExpr':
        return constantType(kind.value.constantKind.case);
      case 'identExpr':
        return this.#identifier(expr, kind.value.name, scope);
      case 'selectExpr':
        return this.#select(expr, kind.value, inner);
      case 'callExpr':
        return this.#call(expr, kind.value, inner);
      case 'listExpr': {
        const [first = DYN, ...rest] = kind.value.elements.map(inner);
        return listOf(rest.reduce(either, first));
      }
      case 'structExpr':
        if (kind.value.messageName !== '') return this.#report.fail(expr, 'makes a message; write a map');
        for (const { keyKind } of kind.value.entries) inner(keyKind.case === 'mapKey' ? keyKind.value : undefined);
        return { kind: 'map', element: kind.value.entries.map(({ value }) => inner(value)).reduce(either, DYN) };
      case 'comprehensionExpr':
        return this.#comprehension(expr, kind.value, scope, nesting);
      default:
        return this.#report.fail(expr, 'is no expression');
    }
  }

  #identifier(expr: Expr, name: string, scope: Scope): StaticType {
    const known = scope.get(name);
    if (known !== undefined) return known;
    if (TYPE_NAMES.has(name)) return { kind: 'type' };
    const names = [...scope.keys()].filter((key) => !key.startsWith('@'));
    const hint = name === 'event' ? '; a policy on reads has no event; make two policies' : didYouMean(name, names);
    return this.#report.fail(expr, `names an unknown variable ${name}${hint}`);
  }

  #select(expr: Expr, { operand, field, testOnly }: Select, inner: (node: Expr | undefined) => StaticType): StaticType {
    const isVariable = operand?.exprKind.case === 'identExpr' && operand.exprKind.value.name === 'variables';
    if (isVariable && testOnly)
      return this.#report.fail(expr, 'asks for a variable of the policy, which is always there');
    const type = this.#fieldOf(expr, inner(operand), field);
    return testOnly ? BOOL : type;
  }

  #fieldOf(expr: Expr, type: StaticType, field: string): StaticType {
    if (type.fields !== undefined) {
      const known = type.fields.get(field);
      if (known !== undefined) return known;
      return this.#report.fail(expr, `reads an unknown field ${field}${didYouMean(field, [...type.fields.keys()])}`);
    }
    const element = type.kind === 'list' ? undefined : elementOf(type);
    return element ?? this.#report.fail(expr, `reads the field ${field} of a ${nameOf(type)}, which has no fields`);
  }

  #call(expr: Expr, call: Call, inner: (node: Expr | undefined) => StaticType): StaticType {
    const name = call.function;
    if (name.startsWith('@') && name !== '@in' && name !== '@not_strictly_false') {
      return this.#report.fail(expr, `calls an unknown function ${name}`);
    }
    const target = call.target === undefined ? undefined : this.#target(expr, call, inner);
    const args = call.args.map(inner);
    switch (name) {
      case '_&&_':
      case '_||_':
        for (const [index, arg] of args.entries()) this.#demandBool(call.args[index] ?? expr, arg);
        return BOOL;
      case '@not_strictly_false':
        return BOOL;
      case '_?_:_':
        this.#demandBool(call.args[0] ?? expr, args[0] ?? DYN);
        return either(args[1] ?? DYN, args[2] ?? DYN);
      case '_[_]':
        return this.#index(expr, call, args[0] ?? DYN);
      default:
        return this.#function(expr, call, target, args);
    }
  }

  /** A qualified function's namespace parses as the object of a method. */
  #target(expr: Expr, call: Call, inner: (node: Expr | undefined) => StaticType): StaticType {
    this.#demandFunction(expr, call.function);
    return inner(call.target);
  }

  #demandFunction(expr: Expr, name: string): void {
    if (ENVIRONMENT.funcs.find(name) !== undefined) return;
    const names = [...new Set([...ENVIRONMENT.funcs].map((overload) => overload.name))].filter((known) =>
      /^[a-z]/i.test(known),
    );
    const hint = MACROS.includes(name)
      ? '; its arguments are not those of the macro'
      : didYouMean(name, [...names, ...MACROS]);
    this.#report.fail(expr, `calls an unknown function ${name}${hint}`);
  }

  #function(expr: Expr, call: Call, target: StaticType | undefined, args: readonly StaticType[]): StaticType {
    this.#demandFunction(expr, call.function);
    if (call.function === 'matches') this.#pattern(expr, call);
    if (call.function === '_==_' || call.function === '_!=_') this.#equality(expr, args);
    const resolution = resolveCall(call.function, target, args);
    if (resolution.found === 'nothing') return this.#noOverload(expr, call.function, target, args);
    if (resolution.found === 'integerArithmetic') {
      this.#report.warn(
        expr,
        'calculates with an integer and a JSON number, which is a double, and fails whenever it is evaluated; write 1.0 for 1, or int(…) around the number',
      );
    }
    return resolution.type;
  }

  #noOverload(expr: Expr, name: string, target: StaticType | undefined, args: readonly StaticType[]): never {
    const types = args.map(nameOf).join(', ');
    const shown = target === undefined ? `${types}` : `${types} on a ${nameOf(target)}`;
    const numbers = new Set(args.map(({ kind }) => kind));
    const remedy =
      numbers.has('int') && numbers.has('double') ? '; write 1.0 for 1, or double(…) around the integer' : '';
    return this.#report.fail(expr, `calls ${operatorOf(name)}, which does not take ${shown || 'nothing'}${remedy}`);
  }

  #pattern(expr: Expr, { target, args }: Call): void {
    const pattern = args.at(target === undefined ? 1 : 0);
    if (pattern !== undefined && constantText(pattern) !== undefined) return;
    this.#report.fail(expr, 'matches a pattern that is calculated; write the pattern as a text');
  }

  #equality(expr: Expr, [left = DYN, right = DYN]: readonly StaticType[]): void {
    if (!neverEqual(left, right)) return;
    this.#report.warn(expr, `compares a ${nameOf(left)} with a ${nameOf(right)}, which are never equal`);
  }

  #index(expr: Expr, call: Call, type: StaticType): StaticType {
    const key = call.args[1] && constantText(call.args[1]);
    if (type.fields !== undefined && key !== undefined) return this.#fieldOf(expr, type, key);
    return elementOf(type) ?? this.#report.fail(expr, `takes an element of a ${nameOf(type)}, which has none`);
  }

  #comprehension(expr: Expr, comprehension: Comprehension, scope: Scope, nesting: number): StaticType {
    const { iterVar, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = comprehension;
    if (nesting >= COMPREHENSIONS_MAX) {
      return this.#report.fail(expr, `nests comprehensions more than ${COMPREHENSIONS_MAX} deep; simplify it`);
    }
    if (scope.has(iterVar))
      return this.#report.fail(expr, `names its element ${iterVar}, which is taken; choose another name`);
    const inner = (node: Expr | undefined, within: Scope, depth: number): StaticType =>
      node === undefined ? DYN : this.typeOf(node, within, depth);
    const range = inner(iterRange, scope, nesting);
    const element = iteratedOf(range);
    if (element === undefined) return this.#report.fail(expr, `goes over a ${nameOf(range)}, which has no elements`);
    const accumulated = inner(accuInit, scope, nesting);
    const within = withLocals(scope, { [iterVar]: element, [accuVar]: accumulated });
    inner(loopCondition, within, nesting + 1);
    const stepped = inner(loopStep, within, nesting + 1);
    const made = accumulated.kind === 'list' ? stepped : accumulated;
    return inner(result, withLocals(scope, { [accuVar]: made }), nesting);
  }

  #demandBool(expr: Expr, type: StaticType): void {
    if (!mayBe(type, 'bool')) this.#report.fail(expr, `is a ${nameOf(type)} where true or false is needed`);
  }
}

function operatorOf(name: string): string {
  return name === '@in' ? 'in' : name.replaceAll('_', '');
}
