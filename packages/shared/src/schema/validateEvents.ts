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
  /** By event index: the schema that it was checked against, where there is one. */
  readonly entries: readonly (CatalogEntry | undefined)[];
}

interface EventVerdict {
  readonly violations: readonly Violation[];
  readonly evidence: SchemaEvidence;
  readonly entry?: CatalogEntry;
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
  const entries = validEntries(events, catalog);
  if (entries === undefined) return validateAsking(events, catalog, unknownTypes);
  const evidence = entries.map(({ valid }) => valid);
  return verdictOf([], evidence, entries);
}

/** @returns `undefined` as soon as the registry must be asked, or something is invalid */
function validEntries(events: readonly DomainEvent[], catalog: SchemaCatalog): CatalogEntry[] | undefined {
  const all: CatalogEntry[] = [];
  for (const event of events) {
    const entry = catalog.atHand(event.eventType, versionOf(event));
    const isValid = entry !== undefined && entry.inactive === undefined && entry.check(event.payload).length === 0;
    if (!isValid) return undefined;
    all.push(entry);
  }
  return all;
}

async function validateAsking(
  events: readonly DomainEvent[],
  catalog: SchemaCatalog,
  unknownTypes: 'refuse' | 'allow',
): Promise<SchemaVerdict> {
  const verdicts: EventVerdict[] = [];
  const asking: Asking = { catalog, unknownTypes, refreshed: new Set() };
  for (const [index, event] of events.entries()) verdicts.push(await validateEvent(event, index, asking));
  return verdictOf(
    verdicts.flatMap(({ violations }) => violations).slice(0, VIOLATIONS_MAX),
    verdicts.map(({ evidence }) => evidence),
    verdicts.map(({ entry }) => entry),
  );
}

function verdictOf(
  violations: readonly Violation[],
  evidence: readonly SchemaEvidence[],
  entries: readonly (CatalogEntry | undefined)[],
): SchemaVerdict {
  return { violations, evidence: mergeEvidence(evidence), versions: evidence.map(({ version }) => version), entries };
}

/** The version that an event names; `undefined`: the latest. */
function versionOf({ metadata: { schemaVersion } }: DomainEvent): string | undefined {
  return schemaVersion === undefined ? undefined : String(schemaVersion);
}

interface Asking {
  readonly catalog: SchemaCatalog;
  readonly unknownTypes: 'refuse' | 'allow';
  /** Types whose latest version was asked for anew: once for each append, however many of its events are invalid. */
  readonly refreshed: Set<string>;
}

async function validateEvent(event: DomainEvent, eventIndex: number, asking: Asking): Promise<EventVerdict> {
  const { catalog, unknownTypes, refreshed } = asking;
  const version = versionOf(event);
  const entry = await catalog.find(event.eventType, version);
  if (entry === undefined) {
    // Naming a version that there is not must not lead past the schema of a type that there is.
    const isKnown = version !== undefined && (await catalog.find(event.eventType)) !== undefined;
    return unknownVerdict(event, eventIndex, version, isKnown ? 'refuse' : unknownTypes);
  }
  if (entry.inactive !== undefined) return inactiveVerdict(entry, entry.inactive, event, eventIndex);
  const verdict = checkAgainst(entry, event, eventIndex);
  const isFinal = verdict.violations.length === 0 || version !== undefined || refreshed.has(event.eventType);
  if (isFinal) return verdict;
  refreshed.add(event.eventType);
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
  if (latest.inactive !== undefined) return inactiveVerdict(latest, latest.inactive, event, eventIndex);
  return checkAgainst(latest, event, eventIndex);
}

function checkAgainst(entry: CatalogEntry, event: DomainEvent, eventIndex: number): EventVerdict {
  const violations = violationsOf(entry.check(event.payload), event, eventIndex, entry.schema);
  return { violations, evidence: violations.length === 0 ? entry.valid : invalid(entry), entry };
}

function invalid({ valid }: CatalogEntry): SchemaEvidence {
  return { ...valid, outcome: 'invalid-observed' };
}

/** A version that its registry keeps, and that nothing may be appended under. Its text has decided nothing. */
function inactiveVerdict(
  entry: CatalogEntry,
  inactive: string,
  { eventType, eventId }: DomainEvent,
  eventIndex: number,
): EventVerdict {
  const pointer = '/metadata/schemaVersion';
  const found = entry.version;
  const message = `${pointer} names version ${found} of ${eventType}, which is not active: ${inactive}`;
  return {
    violations: [{ eventIndex, eventId, pointer, keyword: 'inactiveVersion', found, message }],
    evidence: { eventType, outcome: 'invalid-observed', version: found },
    entry,
  };
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
