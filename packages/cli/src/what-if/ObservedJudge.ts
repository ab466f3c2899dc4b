import { type GovernedEventStore, type HistoryEntry, isNexusError, type JsonObject, type Receipt } from '@nexus/shared';
import { type BrokenRule, refuses } from './BrokenRule.ts';
import { openPolicies } from './openPolicies.ts';
import { RuleJudge } from './RuleJudge.ts';

type Schema = Receipt['schemas'][number];

const ONE_BY_ONE = { unknownTypes: 'refuse', versions: 'latest' } as const;
/** Sets of rules that are kept at hand. */
const JUDGES_MAX = 1_000;

/**
 * Says what a store that only observed has seen of an event. A receipt speaks of an append; which of its events broke
 * which rule is found by judging each anew, by the very rules that the receipt names, where the store has kept them.
 * Where it has not, the receipt is believed of every event that it may mean.
 */
export class ObservedJudge {
  readonly #store: GovernedEventStore;
  /** By the digest of the rules; `undefined` where they are not kept. */
  readonly #judges = new Map<string, RuleJudge | undefined>();

  constructor(store: GovernedEventStore) {
    this.#store = store;
  }

  async rulesOf(entry: HistoryEntry): Promise<readonly BrokenRule[]> {
    const { receipt } = entry;
    const broken: BrokenRule[] = [];
    for (const schema of invalidIn(receipt)) {
      if (isMeant(schema, entry)) broken.push(...(await this.#brokenSchema(schema, entry)));
    }
    if (receipt.policy !== null && hasObserved(receipt.policy)) {
      broken.push(...(await this.#brokenPolicies(receipt.policy, entry)));
    }
    return wouldBeRefused(receipt) && !broken.some(refuses) ? [...broken, unexplained(receipt)] : broken;
  }

  async #brokenSchema(schema: Schema, entry: HistoryEntry): Promise<readonly BrokenRule[]> {
    const { eventType, version, digest } = schema;
    if (version === undefined || digest === undefined) return [unknownTo(entry)];
    const judge = await this.#judge(`${digest} ${eventType} ${version}`, digest, async (text) => {
      const known = { eventType, version, digest, schema: JSON.parse(text) as JsonObject };
      return new RuleJudge({ ...ONE_BY_ONE, schemas: [{ eventType, latest: version, versions: [known] }] });
    });
    return judge === undefined ? [{ kind: 'schema', eventType, version }] : brokenBy(judge, entry);
  }

  async #brokenPolicies(policy: NonNullable<Receipt['policy']>, entry: HistoryEntry): Promise<readonly BrokenRule[]> {
    const judge = await this.#judge(policy.revision, policy.revision, async (source) => {
      return new RuleJudge({ ...ONE_BY_ONE, policy: await openPolicies({ source }) });
    });
    return judge === undefined ? saidBy(policy) : brokenBy(judge, entry);
  }

  async #judge(
    key: string,
    digest: string,
    make: (text: string) => Promise<RuleJudge>,
  ): Promise<RuleJudge | undefined> {
    if (this.#judges.has(key)) return this.#judges.get(key);
    const text = await this.#store.findRules(digest);
    const judge = text === undefined ? undefined : await make(text).catch(notOurs);
    if (this.#judges.size >= JUDGES_MAX) this.#judges.clear();
    this.#judges.set(key, judge);
    return judge;
  }
}

function invalidIn({ mode, schemas }: Receipt): readonly Schema[] {
  return mode === 'observe' ? schemas.filter(({ outcome }) => outcome === 'invalid-observed') : [];
}

function isMeant({ eventType, version }: Schema, { event }: HistoryEntry): boolean {
  return eventType === event.eventType && version === event.recorded.schemaVersion;
}

function wouldBeRefused(receipt: Receipt): boolean {
  return invalidIn(receipt).length > 0 || receipt.policy?.decision === 'deny-observed';
}

/** By itself the event breaks nothing: another one of its append does, or, where it is alone, what its receipt says. */
function unexplained(receipt: Receipt): BrokenRule {
  const [share, ...others] = receipt.shares;
  const isAlone = others.length === 0 && share?.fromVersion === share?.toVersion;
  const [invalid] = invalidIn(receipt);
  if (!isAlone || invalid === undefined) return { kind: 'append' };
  const { eventType, version } = invalid;
  return { kind: 'schema', eventType, ...(version === undefined ? {} : { version }) };
}

function hasObserved({ decision, observed = [] }: NonNullable<Receipt['policy']>): boolean {
  return decision === 'deny-observed' || observed.length > 0;
}

function unknownTo({ event: { eventType, metadata } }: HistoryEntry): BrokenRule {
  return metadata.schemaVersion === undefined
    ? { kind: 'schema', eventType, pointer: '/eventType', keyword: 'unknownType' }
    : { kind: 'schema', eventType, pointer: '/metadata/schemaVersion', keyword: 'unknownVersion' };
}

async function brokenBy(judge: RuleJudge, { event, receipt }: HistoryEntry): Promise<readonly BrokenRule[]> {
  const { recorded, ...stated } = event;
  const [finding] = await judge.judge([{ event: stated, principal: receipt.actor, now: receipt.decidedAt }]);
  return finding?.broken ?? [];
}

/** A receipt names the policies that applied, and not which of them denied. */
function saidBy({ decision, matched, engine, observed = [] }: NonNullable<Receipt['policy']>): BrokenRule[] {
  const [only = engine, ...others] = matched;
  const denied = others.length === 0 ? only : `one of ${matched.join(', ')}`;
  const observing = new Set(observed.map(({ policy }) => policy));
  return [
    ...(decision === 'deny-observed' ? [{ kind: 'policy', policy: denied } as const] : []),
    ...[...observing].map((policy): BrokenRule => ({ kind: 'policy', policy, observes: true })),
  ];
}

/** The text is of another engine, or of a newer one. */
function notOurs(error: unknown): undefined {
  if (!isNexusError(error, 'CONFIGURATION')) throw error;
}
