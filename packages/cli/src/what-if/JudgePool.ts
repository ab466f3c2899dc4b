import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GovernanceUnavailableError } from '@nexus/shared';
import type { Finding, JudgeFailure, JudgeReply, JudgeRequest, JudgeSettings } from './protocol.ts';

/** What is judged is soon garbage: more room for it makes a thread larger, and hardly quicker. */
const LIMITS = { maxYoungGenerationSizeMb: 16 };

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<readonly Finding[]>>;
}

/** Threads that judge events. What one of them cannot judge fails all: a history is judged whole, or not at all. */
export class JudgePool {
  readonly #settings: JudgeSettings;
  readonly #threadsMax: number;
  readonly #threads: Thread[] = [];
  #lastId = 0;
  #failure: Error | undefined;
  #isClosed = false;

  /** @param threadsMax - a thread is started when all others have something to do */
  constructor(settings: JudgeSettings, threadsMax: number) {
    this.#settings = settings;
    this.#threadsMax = threadsMax;
  }

  /**
   * Gives a batch to the thread that has the least to do. The caller bounds how many batches wait.
   *
   * @param items - a JSON text of `JudgedItem`s
   * @throws GovernanceUnavailableError - the rules cannot decide, or a thread has died
   */
  judge(items: string): Promise<readonly Finding[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const thread = this.#leastBusy();
    const request: JudgeRequest = { id: ++this.#lastId, items };
    const answer = Promise.withResolvers<readonly Finding[]>();
    thread.waiting.set(request.id, answer);
    thread.worker.postMessage(request);
    return answer.promise;
  }

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #leastBusy(): Thread {
    const [least] = this.#threads.toSorted((a, b) => a.waiting.size - b.waiting.size);
    const isEnough = least !== undefined && (least.waiting.size === 0 || this.#threads.length >= this.#threadsMax);
    return isEnough ? least : this.#start();
  }

  #start(): Thread {
    const url = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(url, {
      workerData: this.#settings,
      name: 'nexus-what-if',
      resourceLimits: LIMITS,
      execArgv: [],
    });
    const thread: Thread = { worker, waiting: new Map() };
    worker.on('message', (reply: JudgeReply) => this.#receive(thread, reply));
    worker.on('error', (error) => this.#fail(died(error.message, error)));
    worker.on('exit', () => {
      if (!this.#isClosed) this.#fail(died('it has ended'));
    });
    this.#threads.push(thread);
    return thread;
  }

  #receive({ waiting }: Thread, reply: JudgeReply): void {
    if ('failure' in reply) {
      this.#fail(undecided(reply));
    } else {
      waiting.get(reply.id)?.resolve(reply.findings);
      waiting.delete(reply.id);
    }
  }

  /** The first failure is the one that is reported. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { waiting } of this.#threads) {
      for (const answer of waiting.values()) answer.reject(this.#failure);
      waiting.clear();
    }
  }
}

function died(reason: string, cause?: unknown): GovernanceUnavailableError {
  const message = `A thread that judges events has died: ${reason}. Nothing was changed; run it again, perhaps with fewer --threads`;
  return new GovernanceUnavailableError(message, { part: 'policy-engine', reason }, { cause });
}

function undecided({ failure, part }: JudgeFailure): GovernanceUnavailableError {
  const what = part === 'policy-engine' ? 'policies' : 'schemas';
  const message = `The proposed ${what} could not decide: ${failure}. Nothing was changed; mend them`;
  return new GovernanceUnavailableError(message, { part, reason: failure });
}
