import type { CompiledPolicy } from './CompiledPolicy.ts';
import { type Comparison, comparisonsOf, demandsOf } from './comparisonsOf.ts';
import { constantOf } from './constantOf.ts';
import { didYouMean } from './didYouMean.ts';
import type { MatchConstraints, PolicyWarning } from './Policy.ts';
import type { PolicySet } from './PolicySet.ts';
import { matchesBeginning } from './pattern.ts';

export interface WarningOptions {
  readonly folder?: string;
  readonly knownEventTypes?: readonly string[];
}

/** What is lawful in a set of policies, and hardly meant. */
export function warningsOf(set: PolicySet, { folder, knownEventTypes }: WarningOptions = {}): PolicyWarning[] {
  if (set.policies.length === 0) {
    const message = 'holds no policy, so that everything is allowed';
    return [{ file: folder ?? 'source', policy: '', pointer: '', message }];
  }
  return set.policies.flatMap((policy) => {
    const found = [
      ...policy.warnings,
      ...shadowed(policy),
      ...unknownTypes(policy, knownEventTypes),
      ...untyped(policy),
      ...constants(policy),
      ...impossible(policy, knownEventTypes),
      ...contradictions(policy),
    ];
    return found.map((warning) => ({ file: policy.document.file, policy: policy.policy.name, ...warning }));
  });
}

type Warning = Pick<PolicyWarning, 'pointer' | 'expression' | 'message'>;

const CONSTRAINTS = '/spec/matchConstraints';

/** Patterns that let in nothing that another does not. */
function shadowed({ policy: { matchConstraints } }: CompiledPolicy): Warning[] {
  return (['eventTypes', 'aggregateTypes'] as const).flatMap((key) => {
    const patterns = matchConstraints[key] ?? [];
    return patterns.flatMap((pattern, index) => {
      const cover = patterns.find(
        (other, place) => place !== index && covers(other, pattern) && !(other === pattern && place > index),
      );
      if (cover === undefined) return [];
      return [
        {
          pointer: `${CONSTRAINTS}/${key}/${index}`,
          message: `${pattern} is covered by ${cover}; leave one of them out`,
        },
      ];
    });
  });
}

function covers(pattern: string, other: string): boolean {
  return pattern.endsWith('*') ? other.startsWith(pattern.slice(0, -1)) : pattern === other;
}

function unknownTypes(
  { policy: { matchConstraints } }: CompiledPolicy,
  known: readonly string[] | undefined,
): Warning[] {
  if (known === undefined) return [];
  return (matchConstraints.eventTypes ?? []).flatMap((pattern, index) => {
    if (known.some((type) => matchesBeginning(pattern, type))) return [];
    const message = `${pattern} is no event type that is known${didYouMean(pattern, known)}`;
    return [{ pointer: `${CONSTRAINTS}/eventTypes/${index}`, message }];
  });
}

function untyped({ policy: { matchConstraints } }: CompiledPolicy): Warning[] {
  if (matchConstraints.aggregateTypes === undefined) return [];
  const message =
    'lets events pass that state no aggregateType, since a client may leave it out; use eventTypes or aggregates';
  return [{ pointer: `${CONSTRAINTS}/aggregateTypes`, message }];
}

function constants({ conditions, validations }: CompiledPolicy): Warning[] {
  const about = (pointer: string, expression: string, message: string): Warning => ({ pointer, expression, message });
  return [
    ...conditions.flatMap(({ expression: { expr, text } }, index) => {
      const value = constantOf(expr);
      if (value === undefined) return [];
      const message = value ? 'is always true; leave it out' : 'is always false, so that the policy never applies';
      return [about(`/spec/matchConditions/${index}/expression`, text, message)];
    }),
    ...validations.flatMap(({ expression: { expr, text } }, index) =>
      constantOf(expr) === true
        ? [about(`/spec/validations/${index}/expression`, text, 'is always true, so that it denies nothing')]
        : [],
    ),
  ];
}

/** Comparisons with what the policy's constraints never let in. */
function impossible(policy: CompiledPolicy, known: readonly string[] | undefined): Warning[] {
  return policy.expressions.flatMap(({ pointer, expression }) =>
    comparisonsOf(expression.expr).flatMap(({ field, texts }) =>
      texts.flatMap((text) => {
        const message = impossibleValue(policy.policy.matchConstraints, field, text, known);
        return message === undefined ? [] : [{ pointer, expression: expression.text, message }];
      }),
    ),
  );
}

function impossibleValue(
  constraints: MatchConstraints,
  field: Comparison['field'],
  text: string,
  known: readonly string[] | undefined,
): string | undefined {
  const value = JSON.stringify(text);
  if (field === 'action') {
    if (constraints.actions.some((action) => action === text)) return undefined;
    return `action is never ${value}, since matchConstraints.actions has ${constraints.actions.join(', ')}`;
  }
  const patterns = constraints[field === 'eventType' ? 'eventTypes' : 'aggregateTypes'];
  if (patterns !== undefined && !patterns.some((pattern) => matchesBeginning(pattern, text))) {
    return `${field} is never ${value}, since matchConstraints.${field}s has ${patterns.join(', ')}`;
  }
  if (field !== 'eventType' || known === undefined || known.includes(text)) return undefined;
  return `${value} is no event type that is known${didYouMean(text, known)}`;
}

/** Conditions that demand different values of one field. */
function contradictions({ conditions }: CompiledPolicy): Warning[] {
  const possible = new Map<Comparison['field'], readonly string[]>();
  return conditions.flatMap(({ expression }, index) =>
    demandsOf(expression.expr).flatMap(({ field, texts }) => {
      const before = possible.get(field);
      const left = before === undefined ? texts : texts.filter((text) => before.includes(text));
      possible.set(field, left);
      if (left.length > 0 || before === undefined || before.length === 0) return [];
      const message = `demands of ${field} what another demand excludes, so that the policy never applies`;
      return [{ pointer: `/spec/matchConditions/${index}/expression`, expression: expression.text, message }];
    }),
  );
}
