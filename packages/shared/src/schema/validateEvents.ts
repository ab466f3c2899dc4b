import type { Awaitable } from '../types/awaitable.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { SchemaEvidence } from '../types/Receipt.ts';
import { VIOLATIONS_MAX, type Violation } from '../types/Violation.ts';
import type { CatalogEntry, SchemaCatalog } from './SchemaCatalog.ts';
import { violationsOf } from './violationsOf.ts';

/** What the schemas say about an append. */
export interface SchemaVerdict {
  /** Empty when every event is valid. */
  readonly violations: readonly Violation[];
  /** One for each pair of event type and version, in the order of first appearance. */
  readonly evidence: readonly SchemaEvidence[];
  /** By event index: the version that the event was checked against. */
  readonly versions: readonly (string | undefined)[];
}

interface EventVerdict {
  readonly violations: readonly Violation[];
  readonly evidence: SchemaEvidence;
}

/**
 * Checks every event's payload against the schema that its metadata names, or else its type's latest. Answers at once
 * where all schemas are at hand and all payloads valid.
 *
 * @throws GovernanceUnavailableError
 */
export function validateEvents(
  events: readonly DomainEvent[],
  catalog: SchemaCatalog,
  unknownTypes: 'refuse' | 'allow',
): Awaitable<SchemaVerdict> {
  const evidence = validEvidence(events, catalog);
  return evidence === undefined ? validateAsking(events, catalog, unknownTypes) : verdictOf([], evidence);
}

/** @returns `undefined` as soon as the registry must be asked, or something is invalid */
function validEvidence(events: readonly DomainEvent[], catalog: SchemaCatalog): SchemaEvidence[] | undefined {
  const all: SchemaEvidence[] = [];
  for (const event of events) {
    const entry = catalog.atHand(event.eventType, versionOf(event));
    if (entry === undefined || entry.check(event.payload).length > 0) return undefined;
    all.push(evidenceOf(entry, 'valid'));
  }
  return all;
}

async function validateAsking(
  events: readonly DomainEvent[],
  catalog: SchemaCatalog,
  unknownTypes: 'refuse' | 'allow',
): Promise<SchemaVerdict> {
  const verdicts: EventVerdict[] = [];
  for (const [index, event] of events.entries()) {
    verdicts.push(await validateEvent(event, index, catalog, unknownTypes));
  }
  return verdictOf(
    verdicts.flatMap(({ violations }) => violations).slice(0, VIOLATIONS_MAX),
    verdicts.map(({ evidence }) => evidence),
  );
}

function verdictOf(violations: readonly Violation[], evidence: readonly SchemaEvidence[]): SchemaVerdict {
  return { violations, evidence: mergeEvidence(evidence), versions: evidence.map(({ version }) => version) };
}

/** The version that an event names; `undefined`: the latest. */
function versionOf({ metadata: { schemaVersion } }: DomainEvent): string | undefined {
  return schemaVersion === undefined ? undefined : String(schemaVersion);
}

function evidenceOf({ eventType, version, digest }: CatalogEntry, outcome: SchemaEvidence['outcome']): SchemaEvidence {
  return { eventType, outcome, version, digest };
}

async function validateEvent(
  event: DomainEvent,
  eventIndex: number,
  catalog: SchemaCatalog,
  unknownTypes: 'refuse' | 'allow',
): Promise<EventVerdict> {
  const version = versionOf(event);
  const entry = await catalog.find(event.eventType, version);
  if (entry === undefined) return unknownVerdict(event, eventIndex, version, unknownTypes);
  const verdict = checkAgainst(entry, event, eventIndex);
  if (verdict.violations.length === 0 || version !== undefined) return verdict;
  return afterRefresh(verdict, entry, event, eventIndex, catalog);
}

/** A payload that fails against "the latest" may follow a version that was registered since it was fetched. */
async function afterRefresh(
  verdict: EventVerdict,
  entry: CatalogEntry,
  event: DomainEvent,
  eventIndex: number,
  catalog: SchemaCatalog,
): Promise<EventVerdict> {
  const latest = await catalog.refresh(event.eventType);
  if (latest === undefined || latest.digest === entry.digest) return verdict;
  return checkAgainst(latest, event, eventIndex);
}

function checkAgainst(entry: CatalogEntry, event: DomainEvent, eventIndex: number): EventVerdict {
  const violations = violationsOf(entry.check(event.payload), event, eventIndex, entry.schema);
  return { violations, evidence: evidenceOf(entry, violations.length === 0 ? 'valid' : 'invalid-observed') };
}

function unknownVerdict(
  event: DomainEvent,
  eventIndex: number,
  version: string | undefined,
  unknownTypes: 'refuse' | 'allow',
): EventVerdict {
  const { eventType, eventId } = event;
  if (unknownTypes === 'allow') return { violations: [], evidence: { eventType, outcome: 'unknown-allowed' } };
  const pointer = version === undefined ? '/eventType' : '/metadata/schemaVersion';
  const what = version === undefined ? 'names a type' : `names version ${version} of ${eventType},`;
  const message = `${pointer} ${what} that the schema registry does not know; register its schema first`;
  const keyword = version === undefined ? 'unknownType' : 'unknownVersion';
  const found = version ?? eventType;
  return {
    violations: [{ eventIndex, eventId, pointer, keyword, found, message }],
    evidence: { eventType, outcome: 'invalid-observed' },
  };
}

/** One entry for each type and version; what was observed as invalid outweighs what was valid. */
function mergeEvidence(all: readonly SchemaEvidence[]): readonly SchemaEvidence[] {
  if (all.length === 1) return all;
  const merged = new Map<string, SchemaEvidence>();
  for (const evidence of all) {
    const key = JSON.stringify([evidence.eventType, evidence.version ?? null]);
    if (!merged.has(key) || evidence.outcome === 'invalid-observed') merged.set(key, evidence);
  }
  return [...merged.values()];
}
