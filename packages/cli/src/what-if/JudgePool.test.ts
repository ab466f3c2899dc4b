import { expect, onTestFinished, test } from 'vitest';
import { JudgePool } from './JudgePool.ts';

const SETTINGS = { unknownTypes: 'refuse', versions: 'named' } as const;

function poolOf(...args: ConstructorParameters<typeof JudgePool>): JudgePool {
  const pool = new JudgePool(...args);
  onTestFinished(() => pool.close());
  return pool;
}

test('answers each batch, whichever thread takes it', async () => {
  const pool = poolOf({ ...SETTINGS, schemas: [{ eventType: 'Placed', versions: [] }] }, 2);
  const item = (eventType: string) => ({
    event: { eventId: 'e', eventType, aggregateId: 'a', aggregateVersion: 1, timestamp: '', payload: {}, metadata: {} },
  });

  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => pool.judge(JSON.stringify(Array(index).fill(item('Placed'))))),
  );

  expect(answers.map((findings) => findings.length)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('fails what waits, and what comes later, when a thread dies', async () => {
  const pool = poolOf(SETTINGS, 2);

  const waiting = [pool.judge('this is no JSON'), pool.judge('[')].map((judging) =>
    judging.catch((error) => error.code),
  );
  const codes = await Promise.all(waiting);
  const later = pool.judge('[]');

  expect(codes).toEqual(['GOVERNANCE_UNAVAILABLE', 'GOVERNANCE_UNAVAILABLE']);
  await expect(later).rejects.toThrow('A thread that judges events has died');
});

test('fails when a thread cannot load its rules', async () => {
  const pool = poolOf({ ...SETTINGS, policies: '/nowhere/at/all' }, 1);

  const judging = pool.judge('[]');

  await expect(judging).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE', retryable: true });
});
