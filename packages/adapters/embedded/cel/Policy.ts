import type { PolicyRequest } from '@nexus/shared';

export type PolicyAction = PolicyRequest['action'];

/** What a policy is about. Every constraint that is given must match. */
export interface MatchConstraints {
  /** Default: `append`. */
  readonly actions: readonly PolicyAction[];
  /** Exact names, or beginnings that end in `*`. Default: all. */
  readonly eventTypes?: readonly string[];
  /** Exact names, or beginnings that end in `*`. An event that states no aggregate type matches none. Default: all. */
  readonly aggregateTypes?: readonly string[];
  /** Aggregate ids, in which `*` stands for any text. Default: all. */
  readonly aggregates?: readonly string[];
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** One rule: its expression must be true. */
export interface Validation {
  readonly expression: string;
  /** Why the event is denied. Default: the expression. */
  readonly message?: string;
  /** Makes the message; where it fails, or gives no text, `message` stands. */
  readonly messageExpression?: string;
  /** One word for programs and reports. */
  readonly reason?: string;
}

/** A policy as its file states it, with its defaults filled in. */
export interface Policy {
  readonly name: string;
  readonly matchConstraints: MatchConstraints;
  /** All must be true, or else the policy does not apply. */
  readonly matchConditions: readonly NamedExpression[];
  /** `variables.NAME` in later variables and in validations, evaluated at first use. */
  readonly variables: readonly NamedExpression[];
  readonly validations: readonly Validation[];
  /** `Audit`: what it would deny is only observed. */
  readonly validationAction: 'Deny' | 'Audit';
}

/** Something in a policy that is lawful, and hardly meant. */
export interface PolicyWarning {
  readonly file: string;
  readonly policy: string;
  /** Where in the policy, as a JSON Pointer. */
  readonly pointer: string;
  readonly expression?: string;
  readonly message: string;
}
