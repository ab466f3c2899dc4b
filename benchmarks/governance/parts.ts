import { InMemoryJournal } from '@nexus/adapters/embedded';
import {
  type Commit,
  type DomainEvent,
  digestOfEvent,
  EventJudge,
  GovernedEventStore,
  type JournalAppendResult,
} from '@nexus/shared';
import type { Figures } from '../Group.ts';
import { fixed, medianColumn, spreadColumn, whole } from '../table.ts';
import { CLERK, eventOf, eventsOf, payloadBytesOf } from './events.ts';
import type { GovernanceWork, Scale } from './GovernanceWork.ts';
import { microseconds } from './microseconds.ts';
import { newPolicies, newRegistry } from './rules.ts';

export const PAYLOAD_SIZES: Readonly<Record<string, number>> = { '300 bytes': 300, '3 KB': 3_000, '30 KB': 30_000 };

/** Keeps nothing, so that what is left of an append is the pipeline. */
class ForgetfulJournal extends InMemoryJournal {
  override async append({ receipt }: Commit): Promise<JournalAppendResult> {
    return { replayed: false, receipts: [receipt] };
  }
}

const EVENTS = 16;
/** Of the smallest events, whose number shows what an append costs apart from its events. */
const MORE_EVENTS = 8;

/** Where the time of one event goes, in µs, between the call and the journal. */
export const PARTS: GovernanceWork = {
  title: 'one event through the pipeline, by part, in µs',
  contenders: () => Object.keys(PAYLOAD_SIZES),
  columns: [
    medianColumn('payload bytes', 'payloadBytes', whole),
    medianColumn('envelope check and copy', 'envelope', fixed(1)),
    medianColumn('digest', 'digest', fixed(1)),
    medianColumn('schema', 'schema', fixed(1)),
    medianColumn('three policies', 'policies', fixed(1)),
    medianColumn('receipt', 'receipt', fixed(1)),
    spreadColumn('whole (min–max)', 'whole', fixed(1)),
    medianColumn('whole without rules', 'withoutRules', fixed(1)),
  ],
  run: async (contender, { durationMs }) => measure(PAYLOAD_SIZES[contender] ?? Number.NaN, durationMs),
};

async function measure(payloadBytes: number, durationMs: Scale['durationMs']): Promise<Figures> {
  const next = cycle(eventsOf(payloadBytes, EVENTS));
  const small = Array.from({ length: 1 + MORE_EVENTS }, (_, index) => eventOf(1, 'order', index + 1));
  const [schemaRegistry, policy] = [newRegistry(), newPolicies('fields')];
  const bare = new GovernedEventStore(new ForgetfulJournal());
  const governed = new GovernedEventStore(new ForgetfulJournal(), { schemaRegistry, policy });
  const schemas = new EventJudge({ schemaRegistry });
  const policies = new EventJudge({ policy });
  const by = { principal: CLERK, now: '2026-01-01T00:00:00.000Z' };
  const append = (store: GovernedEventStore, events: readonly DomainEvent[]) =>
    store.append(events, { principal: CLERK });
  const times = await microseconds(
    {
      digest: () => digestOfEvent(next()),
      schema: () => schemas.judge([next()], by),
      policies: () => policies.judge([next()], by),
      withoutRules: () => append(bare, [next()]),
      whole: () => append(governed, [next()]),
      smallOne: () => append(governed, small.slice(0, 1)),
      smallMany: () => append(governed, small),
    },
    durationMs,
  );
  await Promise.all([bare.close(), governed.close()]);
  return { payloadBytes: payloadBytesOf(next()), ...partsOf(times) };
}

/** What no call shows by itself is derived: see the README. */
function partsOf({
  smallOne,
  smallMany,
  ...times
}: Record<'digest' | 'schema' | 'policies' | 'withoutRules' | 'whole' | 'smallOne' | 'smallMany', number>): Figures {
  const receipt = smallOne - (smallMany - smallOne) / MORE_EVENTS;
  return { ...times, receipt, envelope: times.withoutRules - times.digest - receipt };
}

function cycle(events: readonly DomainEvent[]): () => DomainEvent {
  let index = 0;
  return () => events[index++ % events.length] as DomainEvent;
}
