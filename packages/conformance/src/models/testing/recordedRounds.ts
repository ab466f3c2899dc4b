import type { EventStorePort, GovernedEventStoreOptions } from '@nexus/shared';
import { Bench } from '../../bench/Bench.ts';
import type { StoreFactory } from '../../Harness.ts';
import { checkLinearizable, type Verdict } from '../checkLinearizable.ts';
import { HistoryRecorder } from '../HistoryRecorder.ts';
import type { History } from '../Operation.ts';
import { runClients } from './concurrentClients.ts';

export interface Rounds {
  /** Each round has a store of its own, and its number as its seed. */
  readonly rounds: number;
  readonly callsOfEach: number;
  /** Instances on one content. */
  readonly instances: 1 | 2;
}

export interface RecordedRound {
  readonly seed: number;
  readonly history: History;
  readonly verdict: Verdict;
}

/** Records concurrent clients, and checks what they saw. */
export async function recordRounds(factory: StoreFactory, options: Rounds): Promise<RecordedRound[]> {
  const recorded: RecordedRound[] = [];
  for (let seed = 1; seed <= options.rounds; seed++) {
    const history = await recordRound(factory, seed, options);
    recorded.push({ seed, history, verdict: checkLinearizable(history) });
  }
  return recorded;
}

async function recordRound(factory: StoreFactory, seed: number, options: Rounds): Promise<History> {
  const bench = new Bench(factory);
  // Without a second try, so that what is unknown stays unknown to the client.
  const settings: GovernedEventStoreOptions = { retry: { delaysMs: [] } };
  try {
    const { store, second } = await bench.open(settings);
    const instances: EventStorePort[] = options.instances === 1 ? [store] : [store, await second()];
    const recorder = new HistoryRecorder();
    await runClients(recorder, instances, { seed, callsOfEach: options.callsOfEach });
    return recorder.history;
  } finally {
    await bench.dispose();
  }
}
