import { isCelError } from '@bufbuild/cel';
import type { PolicyRequest } from '@nexus/shared';
import type { Bindings } from './Bindings.ts';
import { type CompiledPolicy, type Verdict, verdictOf } from './CompiledPolicy.ts';
import { type CompiledExpression, shorten } from './compileExpression.ts';
import { METER } from './Meter.ts';
import { contextsOf, type PolicyContext } from './PolicyContext.ts';
import type { PolicySet } from './PolicySet.ts';
import { showValue } from './showValue.ts';
import { withoutStackTraces } from './withoutStackTraces.ts';

/** What a condition or validation gave: true, false, or why it could not be evaluated. */
export interface ExpressionOutcome {
  readonly name?: string;
  readonly expression: string;
  readonly value?: boolean;
  readonly failure?: string;
}

export interface ValidationOutcome extends ExpressionOutcome {
  /** Why it denies. Absent where it holds. */
  readonly message?: string;
  readonly reason?: string;
}

export interface PolicyOutcome {
  readonly policy: string;
  readonly file: string;
  readonly validationAction: 'Deny' | 'Audit';
  readonly applies: boolean;
  /** The constraint or condition that keeps the policy from applying. */
  readonly because?: string;
  readonly decision: 'allow' | 'deny' | 'observe' | 'none';
  readonly conditions: readonly ExpressionOutcome[];
  /** The policy's variables, as text. */
  readonly variables: readonly { readonly name: string; readonly expression: string; readonly value: string }[];
  readonly validations: readonly ValidationOutcome[];
}

export interface PolicyExplanation {
  readonly decision: 'allow' | 'deny';
  readonly revision: string;
  /** One for each event, in their order; one alone for `read`. */
  readonly events: readonly {
    readonly eventIndex?: number;
    readonly eventType?: string;
    readonly aggregateId: string;
    readonly policies: readonly PolicyOutcome[];
  }[];
}

/** Evaluates everything that a decision would, and keeps what came of it. */
export function explainRequest(set: PolicySet, request: PolicyRequest): PolicyExplanation {
  const { decision } = set.decide(request);
  const events = withoutStackTraces(() => contextsOf(request).map((context) => explainEvent(set, context)));
  return { decision, revision: set.revision, events };
}

function explainEvent(set: PolicySet, context: PolicyContext): PolicyExplanation['events'][number] {
  const { eventIndex, eventType, aggregateId } = context;
  const place = { ...(eventIndex !== undefined && { eventIndex }), ...(eventType !== undefined && { eventType }) };
  return { ...place, aggregateId, policies: set.policies.map((policy) => explainPolicy(policy, context)) };
}

function explainPolicy(compiled: CompiledPolicy, context: PolicyContext): PolicyOutcome {
  const { policy, document } = compiled;
  const about = { policy: policy.name, file: document.file, validationAction: policy.validationAction };
  const nothing = { conditions: [], variables: [], validations: [], decision: 'none' } as const;
  const constraint = compiled.failedConstraint(context);
  if (constraint !== undefined) {
    const because = `matchConstraints.${constraint} does not match`;
    return { ...about, ...nothing, applies: false, because };
  }
  METER.reset();
  const conditions = compiled.conditions.map(({ name, expression }) => ({
    name,
    ...outcomeOf(expression, verdictOf(expression, context.bindings)),
  }));
  const failed = conditions.find(({ value }) => value === false);
  if (failed !== undefined) {
    const because = `matchCondition ${failed.name} is false`;
    return { ...about, ...nothing, conditions, applies: false, because };
  }
  const effect = policy.validationAction === 'Deny' ? 'deny' : 'observe';
  if (conditions.some(({ failure }) => failure !== undefined)) {
    return { ...about, ...nothing, conditions, applies: true, decision: effect };
  }
  const bindings = compiled.bindingsOf(context);
  const validations = validationsOf(compiled, bindings);
  const decision = validations.every(({ value }) => value === true) ? 'allow' : effect;
  return { ...about, conditions, applies: true, decision, variables: variablesOf(compiled, bindings), validations };
}

function validationsOf(compiled: CompiledPolicy, bindings: Bindings): ValidationOutcome[] {
  return compiled.validations.map((validation) => {
    const verdict = verdictOf(validation.expression, bindings);
    const message = compiled.denialOf(validation, verdict, bindings);
    const { reason } = validation.validation;
    const outcome = outcomeOf(validation.expression, verdict);
    return { ...outcome, ...(message !== undefined && { message }), ...(reason !== undefined && { reason }) };
  });
}

function variablesOf(compiled: CompiledPolicy, bindings: Bindings): PolicyOutcome['variables'] {
  return compiled.variables.map(({ name, expression }) => {
    const value = expression.evaluate(bindings);
    const shown = isCelError(value) ? expression.explain(value) : showValue(value);
    return { name, expression: expression.text, value: shorten(shown) };
  });
}

function outcomeOf({ text }: CompiledExpression, verdict: Verdict): ExpressionOutcome {
  return { expression: text, ...verdict };
}
