import type { ReadForm } from '../../ports/EventStorePort.ts';
import { type Awaitable, isPending } from '../../types/awaitable.ts';
import type { RecordedEvent } from '../../types/DomainEvent.ts';
import { UpcastError } from '../../types/errors.ts';
import type { JsonObject } from '../../types/json.ts';
import { compileSchema } from '../compileSchema.ts';
import { violationsOf } from '../violationsOf.ts';
import { applyRule, type RuleOutcome } from './applyRule.ts';
import { versionAskedFor } from './checkReadForm.ts';
import type { LiftPath, LiftStep } from './Lineage.ts';
import { LineageCache, type LineageSources } from './LineageCache.ts';

/** Events that are lifted before others may run: a rule that is an expression never waits for anything outside. */
const BREATHE_EVERY = 64;

/**
 * Serves stored payloads in the latest version of their schema, or in the one that a reader asks for. What is stored,
 * and what is recorded about it, stays as it is.
 */
export class Lifter {
  readonly #lineages: LineageCache;
  readonly #now: () => number;

  constructor(sources: LineageSources) {
    this.#lineages = new LineageCache(sources);
    this.#now = () => sources.clock.now();
  }

  /**
   * The events in the form that is asked for, in their order. At once, and the very same array, where no rule touches
   * any of them.
   *
   * @throws UpcastError
   * @throws GovernanceUnavailableError - the registry fails, and a type was never seen
   */
  liftAll(events: readonly RecordedEvent[], form: ReadForm): Awaitable<readonly RecordedEvent[]> {
    return this.#areAsIs(events, form) ? events : this.#liftEach(events, form);
  }

  /** Like {@link liftAll}, for one event. */
  lift(event: RecordedEvent, form: ReadForm): Awaitable<RecordedEvent> {
    return this.#areAsIs([event], form) ? event : this.#liftOne(event, form);
  }

  #areAsIs(events: readonly RecordedEvent[], { upcast, readAs }: ReadForm): boolean {
    if (upcast === false) return true;
    if (readAs !== undefined) return false;
    if (!this.#lineages.hasSources) return true;
    const now = this.#now();
    return events.every((event) => {
      const version = versionOf(event);
      return version === undefined || this.#lineages.isKnownAsIs(event.eventType, version, now);
    });
  }

  async #liftEach(events: readonly RecordedEvent[], form: ReadForm): Promise<readonly RecordedEvent[]> {
    const lifted: RecordedEvent[] = [];
    for (const event of events) {
      lifted.push(await this.#liftOne(event, form));
      if (lifted.length % BREATHE_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return lifted;
  }

  async #liftOne(event: RecordedEvent, form: ReadForm): Promise<RecordedEvent> {
    const path = await this.#pathOf(event, versionAskedFor(form, event.eventType));
    if (path === undefined) return event;
    if (path.fault !== undefined) throw failed(event, path, { reason: path.fault });
    let payload = event.payload;
    for (const step of path.steps) payload = await take(step, payload, event, path);
    if (!path.steps.some(({ kind }) => kind === 'rule')) return event;
    return { ...event, payload, recorded: { ...event.recorded, upcastTo: path.to } };
  }

  async #pathOf(event: RecordedEvent, to: string | undefined): Promise<LiftPath | undefined> {
    const from = versionOf(event);
    if (from === to) return undefined;
    if (from === undefined) return { from: 'none', to: String(to), fault: 'no version was stated for it', steps: [] };
    const found = this.#lineages.find(event.eventType, to === undefined ? [from] : [from, to]);
    return (isPending(found) ? await found : found).path(from, to);
  }
}

/** What the append was checked against; what its client stated where no registry checked it. */
function versionOf({ recorded, metadata }: RecordedEvent): string | undefined {
  if (recorded.schemaVersion !== undefined) return recorded.schemaVersion;
  const { schemaVersion } = metadata;
  return schemaVersion === undefined ? undefined : String(schemaVersion);
}

async function take(step: LiftStep, payload: JsonObject, event: RecordedEvent, path: LiftPath): Promise<JsonObject> {
  const outcome = step.kind === 'rule' ? await applyRule(step.rule, payload) : checked(step, payload, event);
  if ('payload' in outcome) return outcome.payload;
  const which = step.kind === 'rule' ? `its rule from ${step.from} to ${step.to}: ` : '';
  throw failed(event, path, { ...outcome, reason: `${which}${outcome.reason}` });
}

function checked(step: LiftStep & { kind: 'check' }, payload: JsonObject, event: RecordedEvent): RuleOutcome {
  const { schema, to } = step;
  const lack = `there is no rule that leads back to ${to}`;
  if (schema === undefined) return { reason: `${lack}, and no schema to check its payload against` };
  try {
    const [violation] = violationsOf(compileSchema(schema)(payload), event, 0, schema);
    if (violation === undefined) return { payload };
    return { reason: `${lack}, and as it is it does not match: ${violation.message}` };
  } catch (cause) {
    return { reason: `${lack}, and the schema of ${to} cannot be used`, cause };
  }
}

function failed(
  { eventType, aggregateId, aggregateVersion }: RecordedEvent,
  { from, to }: LiftPath,
  { reason, cause }: { readonly reason: string; readonly cause?: unknown },
): UpcastError {
  const message = `${aggregateId} at version ${aggregateVersion}: its ${eventType} of schema version ${from} cannot be served in version ${to}: ${reason}. Mend the rule, or read with upcast: false`;
  const details = { eventType, aggregateId, aggregateVersion, from, to, reason };
  return new UpcastError(message, details, cause === undefined ? {} : { cause });
}
