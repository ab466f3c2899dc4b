import { type CelInput, celError, isCelError } from '@bufbuild/cel';
import { type Bindings, bindingsWith } from './Bindings.ts';
import { type CompiledExpression, shorten } from './compileExpression.ts';
import { type CompiledNamed, type CompiledValidation, compilePolicy } from './compilePolicy.ts';
import { METER, METER_EXCEEDED } from './Meter.ts';
import type { MatchConstraints, Policy, PolicyWarning } from './Policy.ts';
import type { PolicyContext } from './PolicyContext.ts';
import type { PolicyDocument } from './PolicyDocument.ts';
import { matchesBeginning, matchesPattern } from './pattern.ts';

/** Characters of a denial's message. */
const MESSAGE_MAX = 1_000;

/** What came of one condition or validation: true, false, or why it could not be evaluated. */
export type Verdict = { readonly value: boolean } | { readonly failure: string };

/** A policy that is ready to decide. Deciding reads and changes nothing outside. */
export class CompiledPolicy {
  readonly policy: Policy;
  readonly document: PolicyDocument;
  readonly warnings: readonly PolicyWarning[];
  readonly conditions: readonly CompiledNamed[];
  readonly variables: readonly CompiledNamed[];
  readonly validations: readonly CompiledValidation[];
  readonly #bindings: ReturnType<typeof bindingsWith> | undefined;

  /** @throws ConfigurationError - an expression cannot be taken; names file, line, column, policy and remedy */
  constructor(policy: Policy, document: PolicyDocument) {
    this.policy = policy;
    this.document = document;
    const { conditions, variables, validations, warnings } = compilePolicy(policy, document);
    this.conditions = conditions;
    this.variables = variables;
    this.validations = validations;
    this.warnings = warnings;
    this.#bindings = this.variables.length === 0 ? undefined : bindingsWith(this.variables.map(variableOf));
  }

  /** All expressions, with where they are. */
  get expressions(): { readonly pointer: string; readonly expression: CompiledExpression }[] {
    const at = (list: string, index: number, key = 'expression'): string => `/spec/${list}/${index}/${key}`;
    return [
      ...this.conditions.map(({ expression }, index) => ({ pointer: at('matchConditions', index), expression })),
      ...this.variables.map(({ expression }, index) => ({ pointer: at('variables', index), expression })),
      ...this.validations.flatMap(({ expression, messageExpression }, index) => [
        { pointer: at('validations', index), expression },
        ...(messageExpression
          ? [{ pointer: at('validations', index, 'messageExpression'), expression: messageExpression }]
          : []),
      ]),
    ];
  }

  /** Whether the policy is about such events at all, apart from what only one event decides. */
  concerns(action: PolicyContext['action'], eventType: string | undefined): boolean {
    const { actions, eventTypes } = this.policy.matchConstraints;
    return actions.includes(action) && matchesOne(eventTypes, eventType, matchesBeginning);
  }

  /** The messages of what the policy denies; `undefined` where it does not apply. */
  decide(context: PolicyContext): readonly string[] | undefined {
    if (this.failedConstraint(context) !== undefined) return undefined;
    METER.reset();
    const failures: string[] = [];
    for (const { expression } of this.conditions) {
      const verdict = verdictOf(expression, context.bindings);
      if ('failure' in verdict) failures.push(verdict.failure);
      else if (!verdict.value) return undefined;
    }
    if (failures.length > 0) return failures;
    const bindings = this.bindingsOf(context);
    const messages: string[] = [];
    for (const validation of this.validations) {
      const message = this.denialOf(validation, verdictOf(validation.expression, bindings), bindings);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  /** The constraint that keeps the policy from applying; `undefined` where all match. */
  failedConstraint(context: PolicyContext): keyof MatchConstraints | undefined {
    const { actions, eventTypes, aggregateTypes, aggregates } = this.policy.matchConstraints;
    if (!actions.includes(context.action)) return 'actions';
    if (!matchesOne(eventTypes, context.eventType, matchesBeginning)) return 'eventTypes';
    if (!matchesOne(aggregateTypes, context.aggregateType, matchesBeginning)) return 'aggregateTypes';
    return matchesOne(aggregates, context.aggregateId, matchesPattern) ? undefined : 'aggregates';
  }

  /** The context's variables and the policy's own, each of which is evaluated at its first use. */
  bindingsOf({ bindings, values }: PolicyContext): Bindings {
    return this.#bindings === undefined ? bindings : new this.#bindings(values);
  }

  /** The message of a denial; `undefined` where the validation holds. */
  denialOf(
    { validation, expression, messageExpression }: CompiledValidation,
    verdict: Verdict,
    bindings: Bindings,
  ): string | undefined {
    if ('failure' in verdict) return verdict.failure;
    if (verdict.value) return undefined;
    const made = messageExpression?.evaluate(bindings);
    if (typeof made === 'string' && made.trim() !== '') return shorten(made, MESSAGE_MAX);
    return validation.message ?? `failed expression: ${shorten(expression.text)}`;
  }
}

/** Evaluates a condition or validation. What is neither true nor false, or costs too much, is a failure. */
export function verdictOf(expression: CompiledExpression, bindings: Bindings): Verdict {
  const value = expression.evaluate(bindings);
  if (METER.isExceeded) return { failure: `${shorten(expression.text)} ${METER_EXCEEDED}` };
  return typeof value === 'boolean' ? { value } : { failure: expression.explain(value) };
}

/** A variable's error says its own expression, since the one that uses it cannot. */
function variableOf({ name, expression }: CompiledNamed): {
  name: string;
  evaluate: (bindings: Bindings) => CelInput;
} {
  return {
    name,
    evaluate: (bindings) => {
      const value = expression.evaluate(bindings);
      if (!isCelError(value)) return value as CelInput;
      // An evaluation takes errors as it takes values; its type for inputs leaves them out.
      return celError(`variables.${name}: ${expression.explain(value)}`) as unknown as CelInput;
    },
  };
}

function matchesOne(
  patterns: readonly string[] | undefined,
  text: string | undefined,
  matches: (pattern: string, text: string) => boolean,
): boolean {
  if (patterns === undefined) return true;
  return text !== undefined && patterns.some((pattern) => matches(pattern, text));
}
