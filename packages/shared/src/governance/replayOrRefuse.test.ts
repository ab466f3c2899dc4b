import { InMemoryJournal } from '@nexus/adapters/embedded';
import { expect, it } from 'vitest';
import { InMemoryPolicy } from '../policy/InMemoryPolicy.ts';
import { SILENT_LOGGER } from '../ports/LoggerPort.ts';
import { StoreUnavailableError } from '../types/errors.ts';
import { prepareAppend } from './envelope.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import type { Governor } from './Governor.ts';
import { nextEvents } from './nextEvents.ts';
import { replayOrRefuse } from './replayOrRefuse.ts';

const ANN = { id: 'ann', roles: [], client: 'app' };
const BOB = { id: 'bob', roles: [], client: 'app' };
const DENIES_ALL: GovernedEventStoreOptions = {
  policy: new InMemoryPolicy([{ name: 'nothing', check: () => 'not any more' }], { mayRead: () => false }),
};

class FailingJournal extends InMemoryJournal {
  fault: Error | undefined;

  override async *readAggregate(...parameters: Parameters<InMemoryJournal['readAggregate']>) {
    if (this.fault !== undefined) throw this.fault;
    yield* super.readAggregate(...parameters);
  }
}

function arrange() {
  const journal = new FailingJournal();
  const warnings: object[] = [];
  const logger = { ...SILENT_LOGGER, warn: (fields: object, message: string) => warnings.push({ ...fields, message }) };
  const before = new GovernedEventStore(journal, { policy: new InMemoryPolicy([]) });
  const now = new GovernedEventStore(journal, { ...DENIES_ALL, logger });
  return { journal, logger, warnings, before, now };
}

const TWO = nextEvents('a', 0, [
  { eventType: 'A', payload: {} },
  { eventType: 'A', payload: {} },
]);

it('lets the refusal of what was never stored stand as it is', async () => {
  const { now, warnings } = arrange();

  const refusal = await now.append(TWO, { principal: ANN }).catch((error: unknown) => error);

  expect(refusal).toMatchObject({ code: 'POLICY_DENIED' });
  expect(refusal).not.toHaveProperty('replayUnknown');
  expect(warnings.filter((warning) => 'error' in warning)).toEqual([]);
});

it('does not tell who wrote a part that all is stored', async () => {
  const { before, now } = arrange();
  await before.append(TWO.slice(0, 1), { principal: ANN });
  await before.append(TWO.slice(1), { principal: BOB });

  await expect(now.append(TWO, { principal: BOB })).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  await expect(now.append(TWO.slice(1), { principal: BOB })).resolves.toMatchObject({ replayed: true });
});

it('logs why the store could not be asked', async () => {
  const { journal, now, warnings } = arrange();
  journal.fault = new StoreUnavailableError('busy', { reason: 'busy' });

  await expect(now.append(TWO)).rejects.toMatchObject({ code: 'POLICY_DENIED', replayUnknown: true });

  expect(warnings).toContainEqual({ error: journal.fault, message: expect.stringContaining('could not ask') });
});

it('throws an error that is none of ours as it is, even where nothing can be written on it', async () => {
  const { journal, logger } = arrange();
  journal.fault = new StoreUnavailableError('busy', { reason: 'busy' });
  const defect = Object.freeze(new TypeError('a defect'));
  const replayBudget = { limit: 1, windowMs: 1, admit: async () => ({ admitted: true }) as const };
  const dependencies = { journal, logger, replayBudget, governor: {} as Governor };

  const replay = replayOrRefuse(prepareAppend(TWO, Date.now(), journal.capabilities), ANN, defect, dependencies);

  await expect(replay).rejects.toBe(defect);
});
