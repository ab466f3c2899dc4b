import {
  ConfigurationError,
  canonicalJson,
  digestOfText,
  type JsonValue,
  type PolicyDecision,
  type PolicyDenial,
  type PolicyRequest,
} from '@nexus/shared';
import { CompiledPolicy } from './CompiledPolicy.ts';
import { METER } from './Meter.ts';
import type { Policy } from './Policy.ts';
import { contextsOf, type PolicyContext } from './PolicyContext.ts';
import { faultOf, type PolicyDocument } from './PolicyDocument.ts';
import { readPolicy } from './readPolicy.ts';
import { withoutStackTraces } from './withoutStackTraces.ts';

export const ENGINE = 'cel';

const POLICIES_MAX = 1_000;
/** Steps, policies and validations after which others may run. */
const WORK_PER_TURN = 30_000;
/** What it takes to look at a policy at all, in steps. */
const WORK_PER_POLICY = 2;
/** Denials of one decision; the others are left out. */
const DENIALS_MAX = 100;
/** Event types whose policies are remembered. */
const INDEX_MAX = 1_000;
/** The form of a set's source. */
const KIND = 'PolicySet';
const API_VERSION = 'nexus/v1';

/** A decision that is made step by step; what lies between two of them does not matter to it. */
type Turns = Generator<undefined, PolicyDecision, undefined>;

/** Policies that are in force together. Immutable. */
export class PolicySet {
  /** By name. */
  readonly policies: readonly CompiledPolicy[];
  /** Canonical JSON of all policies. */
  readonly source: string;
  /** Digest of the source. */
  readonly revision: string;
  readonly #index = new Map<string, readonly CompiledPolicy[]>();

  /** @throws ConfigurationError - a policy cannot be taken, or two have one name */
  constructor(documents: readonly PolicyDocument[]) {
    if (documents.length > POLICIES_MAX) {
      throw new ConfigurationError('policies', `There are more than ${POLICIES_MAX} policies; join some`);
    }
    const policies = documents.map((document) => ({ policy: readPolicy(document), document }));
    policies.sort((a, b) => (a.policy.name < b.policy.name ? -1 : a.policy.name > b.policy.name ? 1 : 0));
    refuseTwice(policies);
    this.policies = policies.map(({ policy, document }) => new CompiledPolicy(policy, document));
    const content = { apiVersion: API_VERSION, kind: KIND, policies: policies.map(({ policy }) => documentOf(policy)) };
    this.source = canonicalJson(content as unknown as JsonValue);
    this.revision = digestOfText(this.source);
  }

  /** @throws ConfigurationError - the text is not one that {@link PolicySet.source} gave */
  static fromSource(text: string): PolicySet {
    const content = parsedSource(text);
    return new PolicySet(content.map((value) => ({ file: 'source', value, place: () => undefined })));
  }

  /** Every policy that matches an event must hold for it. Where none matches, the request is allowed. */
  decide(request: PolicyRequest): PolicyDecision {
    return withoutStackTraces(() => {
      const turns = this.#decideInTurns(request);
      for (;;) {
        const turn = turns.next();
        if (turn.done) return turn.value;
      }
    });
  }

  /**
   * Like {@link PolicySet.decide}, but lets others run in between where there is much to do: an append may have
   * thousands of events, each of which costs what one event may.
   *
   * @throws the signal's reason - it aborted
   */
  decideInTurns(request: PolicyRequest, signal?: AbortSignal): PolicyDecision | Promise<PolicyDecision> {
    const turns = this.#decideInTurns(request);
    const turn = withoutStackTraces(() => turns.next());
    return turn.done ? turn.value : goOn(turns, signal);
  }

  *#decideInTurns(request: PolicyRequest): Turns {
    let work = 0;
    const matched = new Set<string>();
    const denials: PolicyDenial[] = [];
    const observed: PolicyDenial[] = [];
    for (const context of contextsOf(request)) {
      for (const policy of this.concerned(context)) {
        if (work > WORK_PER_TURN) {
          yield;
          work = 0;
        }
        const before = METER.taken;
        const messages = policy.decide(context);
        work += METER.taken - before + WORK_PER_POLICY + policy.validations.length;
        if (messages === undefined) continue;
        matched.add(policy.policy.name);
        const found = policy.policy.validationAction === 'Deny' ? denials : observed;
        for (const message of messages) {
          if (found.length < DENIALS_MAX) found.push(denialOf(policy, message, context));
        }
      }
      if (denials.length >= DENIALS_MAX) break;
    }
    const decision = denials.length === 0 ? 'allow' : 'deny';
    const base = { decision, engine: ENGINE, revision: this.revision, matched: [...matched].sort(), denials } as const;
    return observed.length === 0 ? base : { ...base, observed };
  }

  /** The policies that are about an action and a type of event, by name. */
  concerned({ action, eventType }: PolicyContext): readonly CompiledPolicy[] {
    const key = `${action} ${eventType ?? ''}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const found = this.policies.filter((policy) => policy.concerns(action, eventType));
    if (this.#index.size >= INDEX_MAX) this.#index.clear();
    this.#index.set(key, found);
    return found;
  }
}

async function goOn(turns: Turns, signal: AbortSignal | undefined): Promise<PolicyDecision> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const turn = withoutStackTraces(() => turns.next());
    if (turn.done) return turn.value;
  }
}

function denialOf({ policy }: CompiledPolicy, message: string, { eventIndex }: PolicyContext): PolicyDenial {
  return { policy: policy.name, message, ...(eventIndex !== undefined && { eventIndex }) };
}

function refuseTwice(policies: readonly { policy: Policy; document: PolicyDocument }[]): void {
  for (const [index, { policy, document }] of policies.entries()) {
    const before = policies[index - 1];
    if (before?.policy.name !== policy.name) continue;
    const message = `is the name of another policy in ${before.document.file}; rename one`;
    throw faultOf(document, { policy: policy.name, path: ['metadata', 'name'] }, message);
  }
}

/** A policy in the form of its file, so that its source can be read as its file is. */
function documentOf({
  name,
  validationAction,
  matchConstraints,
  matchConditions,
  variables,
  validations,
}: Policy): object {
  const spec = {
    matchConstraints,
    ...(matchConditions.length > 0 && { matchConditions }),
    ...(variables.length > 0 && { variables }),
    validations,
    validationActions: [validationAction],
  };
  return { apiVersion: API_VERSION, kind: 'Policy', metadata: { name }, spec };
}

function parsedSource(text: string): unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError('source', 'The source is not JSON; give what source(revision) gave', { cause: error });
  }
  const { kind, policies } = (content ?? {}) as { kind?: unknown; policies?: unknown };
  if (kind === KIND && Array.isArray(policies)) return policies;
  throw new ConfigurationError('source', 'The source is no set of policies; give what source(revision) gave');
}
