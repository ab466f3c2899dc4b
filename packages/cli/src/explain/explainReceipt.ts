import { CelPolicyEngine, type PolicyOutcome } from '@nexus/adapters/embedded';
import {
  type DomainEvent,
  EventJudge,
  type GovernedEventStore,
  type JsonObject,
  type PolicyDenial,
  type PolicyRequest,
  type Receipt,
  type RecordedEvent,
  type RegisteredSchema,
  type SchemaEvidence,
  type SchemaRegistryPort,
} from '@nexus/shared';

/**
 * `agrees`: the very rules of that time decide the same again. `differs`: they do not. `unknown`: the store has not kept
 * them, as with an engine that gives no text of its rules.
 */
export type Agreement = 'agrees' | 'differs' | 'unknown';

/** What one schema, or the set of policies, said by the receipt, and says of the same events again. */
interface ExplainedPart {
  readonly part: 'schema' | 'policies';
  /** The event type and version; or the engine. */
  readonly name: string;
  /** Of the rules' text. Absent where no rules were applied. */
  readonly digest?: string;
  /** By the receipt. */
  readonly stated: string;
  /** Absent where the rules were not kept. */
  readonly again?: string;
  readonly agreement: Agreement;
}

export interface ReceiptExplanation {
  readonly receipt: Receipt;
  readonly agreement: Agreement;
  readonly parts: readonly ExplainedPart[];
  /** What each policy of that time says of each event that it applies to. */
  readonly policies: readonly (PolicyOutcome & { readonly event: string })[];
}

/** Decides on the events of a receipt once more, by the rules that it names, and compares. */
export async function explainReceipt(store: GovernedEventStore, receipt: Receipt): Promise<ReceiptExplanation> {
  const events = await eventsOf(store, receipt);
  const schemas = await explainSchemas(store, receipt, events);
  const policies = await explainPolicies(store, receipt, events);
  const parts = [...schemas, ...policies.parts];
  return { receipt, agreement: togetherOf(parts), parts, policies: policies.outcomes };
}

async function eventsOf(store: GovernedEventStore, { shares }: Receipt): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (const { aggregateId, fromVersion, toVersion } of shares) {
    for await (const event of store.readAggregate(aggregateId, { fromVersion, toVersion, upcast: false })) {
      events.push(event);
    }
  }
  return events;
}

async function explainSchemas(
  store: GovernedEventStore,
  receipt: Receipt,
  events: readonly RecordedEvent[],
): Promise<ExplainedPart[]> {
  const kept = await keptSchemas(store, receipt.schemas);
  const judge = new EventJudge({ schemaRegistry: registryOf(kept) });
  const parts: ExplainedPart[] = [];
  for (const evidence of receipt.schemas) {
    const own = events.filter((event) => isUnder(event, evidence)).map(namingItsVersion);
    const { violations } = await judge.judge(own, byOf(receipt));
    const again = violations.length === 0 ? 'valid' : 'invalid-observed';
    parts.push(schemaPart(evidence, kept.has(keyOf(evidence)) ? again : undefined));
  }
  return parts;
}

function schemaPart(evidence: SchemaEvidence, again: string | undefined): ExplainedPart {
  const { eventType, version, digest, outcome } = evidence;
  const name = version === undefined ? eventType : `${eventType}, version ${version}`;
  const base = { part: 'schema', name, stated: outcome } as const;
  // Nothing was applied: the type was not known, and that was all there was to decide.
  if (digest === undefined) return { ...base, agreement: 'agrees' };
  if (again === undefined) return { ...base, digest, agreement: 'unknown' };
  return { ...base, digest, again, agreement: again === outcome ? 'agrees' : 'differs' };
}

async function keptSchemas(
  store: GovernedEventStore,
  schemas: readonly SchemaEvidence[],
): Promise<Map<string, RegisteredSchema>> {
  const kept = new Map<string, RegisteredSchema>();
  for (const evidence of schemas) {
    const { eventType, version, digest } = evidence;
    const text = digest === undefined ? undefined : await store.findRules(digest);
    if (text === undefined || digest === undefined || version === undefined) continue;
    kept.set(keyOf(evidence), { eventType, version, digest, schema: JSON.parse(text) as JsonObject });
  }
  return kept;
}

function registryOf(kept: ReadonlyMap<string, RegisteredSchema>): SchemaRegistryPort {
  return { getSchema: async (eventType, version) => kept.get(keyOf({ eventType, version })) };
}

function keyOf({ eventType, version }: { readonly eventType: string; readonly version?: string | undefined }): string {
  return JSON.stringify([eventType, version ?? null]);
}

function isUnder({ eventType, recorded }: RecordedEvent, { eventType: type, version }: SchemaEvidence): boolean {
  return eventType === type && recorded.schemaVersion === version;
}

/** As the store resolved it, whatever is the latest now. */
function namingItsVersion({ recorded, ...event }: RecordedEvent): DomainEvent {
  const { schemaVersion } = recorded;
  return schemaVersion === undefined ? event : { ...event, metadata: { ...event.metadata, schemaVersion } };
}

interface ExplainedPolicies {
  readonly parts: readonly ExplainedPart[];
  readonly outcomes: readonly (PolicyOutcome & { readonly event: string })[];
}

async function explainPolicies(
  store: GovernedEventStore,
  receipt: Receipt,
  recorded: readonly RecordedEvent[],
): Promise<ExplainedPolicies> {
  const { policy, mode } = receipt;
  if (policy === null) return { parts: [], outcomes: [] };
  const stated = sentenceOf(policy.decision, policy.matched, policy.observed ?? []);
  const base = { part: 'policies', name: policy.engine, digest: policy.revision, stated } as const;
  const engine = engineOf(policy.engine, await store.findRules(policy.revision));
  if (engine === undefined) return { parts: [{ ...base, agreement: 'unknown' }], outcomes: [] };
  const events = recorded.map(({ recorded: _, ...event }) => event);
  const action = mode === 'history' ? 'import' : 'append';
  const request = { action, ...byOf(receipt), events } as const;
  const { decision, matched } = engine.decide(request);
  const observed = observedAgain(engine, request, policy.observed ?? []);
  const again = sentenceOf(decision === 'allow' ? 'allow' : 'deny-observed', matched, observed);
  const outcomes = engine
    .explain(request)
    .events.flatMap(({ eventIndex = 0, policies }) =>
      policies.filter(({ applies }) => applies).map((outcome) => ({ ...outcome, event: placeOf(events[eventIndex]) })),
    );
  return { parts: [{ ...base, again, agreement: again === stated ? 'agrees' : 'differs' }], outcomes };
}

/** `undefined` where the text was not kept, or is of another engine. */
function engineOf(name: string, text: string | undefined): CelPolicyEngine | undefined {
  return text === undefined || name !== CEL ? undefined : CelPolicyEngine.fromSource(text);
}

const CEL = 'cel';

/**
 * What the policies say of each event. A receipt says it in the order of the append, which is not that of its shares, and
 * of a long append only the first: there, what it says must be among what they say.
 */
function observedAgain(engine: CelPolicyEngine, request: PolicyRequest, stated: readonly Observed[]): Observed[] {
  const all = request.events.flatMap((event) => engine.decide({ ...request, events: [event] }).observed ?? []);
  if (stated.length < OBSERVED_MAX) return all;
  const left = new Map<string, Observed[]>();
  for (const one of all) {
    const same = left.get(watchedOf(one));
    if (same === undefined) left.set(watchedOf(one), [one]);
    else same.push(one);
  }
  return stated.flatMap((one) => left.get(watchedOf(one))?.pop() ?? []);
}

type Observed = Pick<PolicyDenial, 'policy' | 'message'>;

/** Where the engine cuts off. */
const OBSERVED_MAX = 100;

function watchedOf({ policy, message }: Observed): string {
  return `${policy} observed: ${message}`;
}

function byOf({ actor, decidedAt }: Receipt): { readonly principal: Receipt['actor']; readonly now: string } {
  return { principal: actor, now: decidedAt };
}

function sentenceOf(decision: string, matched: readonly string[], observed: readonly Observed[]): string {
  const by = matched.length === 0 ? 'no policy applied' : [...matched].sort().join(', ');
  const watched = observed.map(watchedOf).sort();
  return [`${decision}: ${by}`, ...watched].join('; ');
}

function placeOf(event: DomainEvent | undefined): string {
  return event === undefined ? '' : `${event.aggregateId} version ${event.aggregateVersion}`;
}

/** One part that differs decides; else one that is not known. */
function togetherOf(parts: readonly ExplainedPart[]): Agreement {
  const found = new Set(parts.map(({ agreement }) => agreement));
  if (found.has('differs')) return 'differs';
  return found.has('unknown') ? 'unknown' : 'agrees';
}
