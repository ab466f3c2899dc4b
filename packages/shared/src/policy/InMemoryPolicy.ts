import { canonicalJson, digestOfText } from '../governance/digest.ts';
import type { PolicyDecision, PolicyDenial, PolicyPort, PolicyRequest } from '../ports/PolicyPort.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import { ConfigurationError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';

/** One rule, in code. */
export interface PolicyRule {
  /** Unique within its set. */
  readonly name: string;
  /** `observe` reports what it would deny, and denies nothing. Default: `deny`. */
  readonly effect?: 'deny' | 'observe';
  /** The event types that the rule is about. Default: all. */
  readonly eventTypes?: readonly string[];
  /** Why the event is denied; `undefined` when it is not. */
  check(event: DomainEvent, principal: Principal): string | undefined;
}

export interface InMemoryPolicyOptions {
  /** Whether a principal may read an aggregate. Default: everybody may. */
  readonly mayRead?: (principal: Principal, aggregateId: string) => boolean;
  /** Names the rules' content, since functions have no digest. Default: a digest of their names and effects. */
  readonly revision?: string;
}

/** Policies in code, for tests and for services that need no files. Every rule that matches must hold. */
export class InMemoryPolicy implements PolicyPort {
  readonly #rules: readonly PolicyRule[];
  readonly #mayRead: (principal: Principal, aggregateId: string) => boolean;
  readonly #revision: string;

  /** @throws ConfigurationError - two rules have one name */
  constructor(rules: readonly PolicyRule[], options: InMemoryPolicyOptions = {}) {
    const names = rules.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new ConfigurationError('rules', `Two policies are named ${twice}; rename one`);
    this.#rules = rules;
    this.#mayRead = options.mayRead ?? (() => true);
    this.#revision =
      options.revision ?? digestOfText(canonicalJson(rules.map(({ name, effect }) => [name, effect ?? 'deny'])));
  }

  decide(request: PolicyRequest): PolicyDecision {
    if (request.action === 'read') return this.#decideRead(request);
    const matched = this.#rules.filter((rule) => request.events.some((event) => concerns(rule, event)));
    const findings = matched.flatMap((rule) => findingsOf(rule, request));
    const denials = findings.filter(({ rule }) => rule.effect !== 'observe').map(({ denial }) => denial);
    const observed = findings.filter(({ rule }) => rule.effect === 'observe').map(({ denial }) => denial);
    return this.#decision(
      matched.map(({ name }) => name),
      denials,
      observed,
    );
  }

  #decideRead({ principal, aggregateId = '' }: PolicyRequest): PolicyDecision {
    if (this.#mayRead(principal, aggregateId)) return this.#decision([], [], []);
    return this.#decision(
      ['mayRead'],
      [{ policy: 'mayRead', message: `${principal.id} may not read ${aggregateId}` }],
      [],
    );
  }

  #decision(matched: readonly string[], denials: PolicyDenial[], observed: PolicyDenial[]): PolicyDecision {
    const decision = denials.length === 0 ? 'allow' : 'deny';
    const base = { decision, engine: 'in-memory', revision: this.#revision, matched, denials } as const;
    return observed.length === 0 ? base : { ...base, observed };
  }
}

function concerns(rule: PolicyRule, event: DomainEvent): boolean {
  return rule.eventTypes === undefined || rule.eventTypes.includes(event.eventType);
}

function findingsOf(
  rule: PolicyRule,
  { events, principal }: PolicyRequest,
): { rule: PolicyRule; denial: PolicyDenial }[] {
  return events.flatMap((event, eventIndex) => {
    const message = concerns(rule, event) ? rule.check(event, principal) : undefined;
    return message === undefined ? [] : [{ rule, denial: { policy: rule.name, message, eventIndex } }];
  });
}
