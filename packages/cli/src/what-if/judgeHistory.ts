import type { GovernedEventStore } from '@nexus/shared';
import { JudgePool } from './JudgePool.ts';
import type { Finding, JudgeSettings } from './protocol.ts';
import { type EventPlace, type HistoryBatch, readBatches } from './readHistory.ts';

/** Batches that wait for each thread: enough that none is idle while the next is read. */
const BATCHES_PER_THREAD = 3;

export interface JudgeHistoryOptions {
  readonly settings: JudgeSettings;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Called for every batch, in the order of the feed, whatever the number of threads. */
  readonly onJudged: (places: readonly EventPlace[], findings: readonly Finding[]) => void;
}

interface JudgedBatch {
  readonly batch: HistoryBatch;
  readonly findings: Promise<readonly Finding[]>;
}

/**
 * Tries rules on everything that is stored. This thread reads, others judge; what is read waits for them in a queue of
 * bounded length. Writes nothing.
 *
 * @throws GovernanceUnavailableError - the rules cannot decide, or a thread has died
 */
export async function judgeHistory(store: GovernedEventStore, options: JudgeHistoryOptions): Promise<void> {
  const { settings, threads, signal, onJudged } = options;
  const pool = new JudgePool(settings, threads);
  const waiting: JudgedBatch[] = [];
  const settleFirst = async (): Promise<void> => {
    const { batch, findings } = waiting.shift() as JudgedBatch;
    onJudged(batch.places, await findings);
  };
  try {
    for await (const batch of readBatches(store, { signal, withActors: settings.policies !== undefined })) {
      const findings = pool.judge(batch.items);
      // Whoever waits for an earlier batch is told of the failure; this one must not be unhandled meanwhile.
      findings.catch(() => {});
      waiting.push({ batch, findings });
      if (waiting.length >= threads * BATCHES_PER_THREAD) await settleFirst();
    }
    while (waiting.length > 0) await settleFirst();
    signal.throwIfAborted();
  } finally {
    await pool.close();
  }
}
