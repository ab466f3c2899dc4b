import { type DomainEvent, EventJudge, type Judgement, type PolicyPort, type Violation } from '@nexus/shared';
import { type BrokenRule, nameOf, ruleItself } from './BrokenRule.ts';
import type { Finding, JudgedItem, SchemaType, VersionChoice } from './protocol.ts';
import { SchemaSnapshot } from './SchemaSnapshot.ts';

export interface RuleJudgeOptions {
  readonly schemas?: readonly SchemaType[];
  readonly policy?: PolicyPort;
  readonly unknownTypes: 'refuse' | 'allow';
  readonly versions: VersionChoice;
}

/** A clock that stands: what is known of the rules never grows old while they are tried. */
const STANDING_CLOCK = { now: () => 0, sleep: () => new Promise<never>(() => {}) };

/** Says which of the proposed rules events break, each judged as an append of its own. */
export class RuleJudge {
  readonly #judge: EventJudge;
  readonly #schemas: SchemaSnapshot | undefined;
  readonly #versions: VersionChoice;

  constructor({ schemas, policy, unknownTypes, versions }: RuleJudgeOptions) {
    this.#schemas = schemas === undefined ? undefined : new SchemaSnapshot(schemas);
    this.#versions = versions;
    this.#judge = new EventJudge({
      unknownTypes,
      clock: STANDING_CLOCK,
      ...(this.#schemas === undefined ? {} : { schemaRegistry: this.#schemas }),
      ...(policy === undefined ? {} : { policy }),
    });
  }

  /**
   * @returns only the events that break a rule, by their index
   * @throws GovernanceUnavailableError - the policies cannot decide
   */
  async judge(items: readonly JudgedItem[]): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const [index, item] of items.entries()) {
      const event = this.#judgedEvent(item);
      const broken = brokenRules(event, await this.#judge.judge([event], item));
      if (broken.length > 0) findings.push({ index, broken });
    }
    return findings;
  }

  /** The event, with the version that its payload is judged by in place of the one that it names. */
  #judgedEvent({ event, recordedVersion }: JudgedItem): DomainEvent {
    if (this.#schemas === undefined || this.#versions === 'named') return event;
    const version = this.#versionOf(event, this.#schemas, recordedVersion);
    const { schemaVersion, ...metadata } = event.metadata;
    return { ...event, metadata: version === undefined ? metadata : { ...metadata, schemaVersion: version } };
  }

  #versionOf(
    { eventType, metadata: { schemaVersion } }: DomainEvent,
    schemas: SchemaSnapshot,
    recordedVersion: string | undefined,
  ): number | string | undefined {
    if (this.#versions === 'latest') return schemas.latestOf(eventType);
    if (schemaVersion !== undefined) return schemaVersion;
    return recordedVersion !== undefined && schemas.has(eventType, recordedVersion) ? recordedVersion : undefined;
  }
}

const NONE: readonly BrokenRule[] = [];

function brokenRules(event: DomainEvent, { violations, schemas, decision }: Judgement): readonly BrokenRule[] {
  const denials = decision?.decision === 'deny' ? decision.denials : [];
  const observed = decision?.observed ?? [];
  if (violations.length === 0 && decision?.decision !== 'deny' && observed.length === 0) return NONE;
  const rules = new Map<string, BrokenRule>();
  const add = (rule: BrokenRule): void => {
    const name = nameOf(ruleItself(rule));
    if (!rules.has(name)) rules.set(name, rule);
  };
  for (const violation of violations) add(schemaRule(event, violation, schemas[0]?.version));
  for (const denial of denials) add({ kind: 'policy', policy: denial.policy });
  // A decision that gives no reason is a denial all the same.
  if (decision?.decision === 'deny' && denials.length === 0) add({ kind: 'policy', policy: decision.engine });
  for (const denial of observed) add({ kind: 'policy', policy: denial.policy, observes: true });
  return [...rules.values()];
}

function schemaRule(
  { eventType }: DomainEvent,
  { pointer, keyword }: Violation,
  version: string | undefined,
): BrokenRule {
  return { kind: 'schema', eventType, ...(version === undefined ? {} : { version }), pointer, keyword };
}
