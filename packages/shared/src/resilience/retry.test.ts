import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AmbiguousCommitError, ConcurrencyError, StoreUnavailableError } from '../types/errors.ts';
import { createRetry } from './retry.ts';

const BUSY = new StoreUnavailableError('busy', { reason: 'busy' });

describe('createRetry', () => {
  beforeAll(async () => {
    // The first fault of a process imports the library, which fake timers do not wait for.
    await createRetry({ delaysMs: [] })(() => Promise.reject(BUSY)).catch(() => undefined);
  });
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tries once and three times more, after 1, 2 and 4 s plus up to a quarter', async () => {
    const times: number[] = [];
    const retry = createRetry({ random: () => 1 });
    const started = Date.now();

    const failing = retry(async () => {
      times.push(Date.now() - started);
      throw BUSY;
    });
    const outcome = expect(failing).rejects.toBe(BUSY);
    await vi.runAllTimersAsync();
    await outcome;

    expect(times).toEqual([0, 1_250, 3_750, 8_750]);
  });

  it('adds a share of each wait by chance', async () => {
    const times: number[] = [];
    const retry = createRetry({ delaysMs: [1_000], jitter: 0.5, random: () => 0.5 });
    const started = Date.now();

    const outcome = retry(async () => {
      times.push(Date.now() - started);
      throw BUSY;
    }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    await outcome;

    expect(times).toEqual([0, 1_250]);
  });

  it('tries again when it is unknown whether the store committed', async () => {
    const unknown = new AmbiguousCommitError('lost', { aggregateIds: ['a'] });
    const task = vi.fn().mockRejectedValueOnce(unknown).mockResolvedValue('stored');

    const outcome = createRetry()(task);
    await vi.runAllTimersAsync();

    expect(await outcome).toBe('stored');
  });

  it('does not try again what is not transient', async () => {
    const conflict = new ConcurrencyError('moved on', { aggregateId: 'a', expectedVersion: 0, actualVersion: 1 });
    const task = vi.fn().mockRejectedValue(conflict);

    await expect(createRetry()(task)).rejects.toBe(conflict);

    expect(task).toHaveBeenCalledTimes(1);
  });

  it('returns what a later try returns', async () => {
    const task = vi.fn().mockRejectedValueOnce(BUSY).mockResolvedValue('stored');

    const outcome = createRetry()(task);
    await vi.runAllTimersAsync();

    expect(await outcome).toBe('stored');
  });

  it('tries once only when there are no delays', async () => {
    const task = vi.fn().mockRejectedValue(BUSY);

    await expect(createRetry({ delaysMs: [] })(task)).rejects.toBe(BUSY);

    expect(task).toHaveBeenCalledTimes(1);
  });
});

describe('createRetry where its library cannot be imported', () => {
  it('tells the fault, and tries again at the next one once it can be', async () => {
    const retry = createRetry({ delaysMs: [0] });
    vi.doMock('cockatiel', () => {
      throw new Error('too many open files');
    });
    onTestFinished(() => void vi.doUnmock('cockatiel'));

    const refused = await retry(() => Promise.reject(BUSY)).catch((error: unknown) => error);
    vi.doUnmock('cockatiel');
    const stored = await retry(vi.fn().mockRejectedValueOnce(BUSY).mockResolvedValue('stored'));

    expect([refused, stored]).toEqual([BUSY, 'stored']);
  });
});
