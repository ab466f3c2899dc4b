import type { DomainEvent, EventStorePort } from '@nexus/shared';
import { eventsOf } from '../../bench/events.ts';
import { nextTurn } from '../../bench/waiting.ts';
import type { HistoryRecorder } from '../HistoryRecorder.ts';

const AGGREGATES = ['a', 'b'] as const;
const CLIENTS = 6;

interface Client {
  readonly name: string;
  readonly store: EventStorePort;
  readonly recorder: HistoryRecorder;
  readonly random: () => number;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Clients that append to and read the same aggregates at the same time, in turn through each of the instances. */
export async function runClients(
  recorder: HistoryRecorder,
  instances: readonly EventStorePort[],
  { seed, callsOfEach }: { readonly seed: number; readonly callsOfEach: number },
): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, (_, index): Client => {
    const store = instances[index % instances.length] as EventStorePort;
    return { name: `c${index}`, store, recorder, random: seededRandom(seed * CLIENTS + index) };
  });
  await Promise.all(clients.map((client) => runClient(client, callsOfEach)));
}

async function runClient(client: Client, calls: number): Promise<void> {
  const { recorder, store, random } = client;
  let sent: readonly DomainEvent[] = [];
  for (let call = 0; call < calls; call++) {
    const aggregateId = AGGREGATES[Math.floor(random() * AGGREGATES.length)] as string;
    const choice = random();
    if (choice < 0.5) sent = await append(client, aggregateId, `${client.name}.${call}`);
    else if (choice < 0.6 && sent.length > 0) await recorder.append(store, sent);
    else if (choice < 0.75) await recorder.read(store, aggregateId);
    else if (choice < 0.8) await recorder.read(store, aggregateId, 2, 5);
    else if (choice < 0.9) await recorder.readBackward(store, aggregateId);
    else await recorder.version(store, aggregateId);
    if (random() < 0.3) await nextTurn();
  }
}

/** Appends one to three events, now and then one version too low or too high, and to both aggregates. */
async function append({ recorder, store, random }: Client, aggregateId: string, id: string) {
  const seen = await recorder.version(store, aggregateId);
  const fromVersion = Math.max(1, seen + 1 + (random() < 0.2 ? Math.floor(random() * 3) - 1 : 0));
  const share = (to: string, from: number) =>
    eventsOf(to, from, from + Math.floor(random() * 3)).map((event) => ({
      ...event,
      eventId: `${id}@${to}@${event.aggregateVersion}`,
    }));
  const other = AGGREGATES.find((one) => one !== aggregateId) as string;
  const beside = random() < 0.2 ? share(other, (await recorder.version(store, other)) + 1) : [];
  const events = [...share(aggregateId, fromVersion), ...beside];
  await recorder.append(store, events);
  return events;
}
