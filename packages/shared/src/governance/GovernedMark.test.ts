import { InMemoryJournal } from '@nexus/adapters/embedded';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../testing/ManualClock.ts';
import { InMemoryAuditLog } from '../audit/InMemoryAuditLog.ts';
import { InMemoryRecordStore } from '../feed/InMemoryRecordStore.ts';
import { InMemoryPolicy } from '../policy/InMemoryPolicy.ts';
import { SILENT_LOGGER } from '../ports/LoggerPort.ts';
import { InMemorySchemaRegistry } from '../schema/InMemorySchemaRegistry.ts';
import { StoreUnavailableError } from '../types/errors.ts';
import { GovernedEventStore } from './GovernedEventStore.ts';
import type { GovernedEventStoreOptions } from './GovernedEventStoreOptions.ts';
import { nextEvents } from './nextEvents.ts';

const ANN = { id: 'ann', roles: [], client: 'app' };
const SCHEMAS: GovernedEventStoreOptions = { schemaRegistry: new InMemorySchemaRegistry(), unknownTypes: 'allow' };
const POLICIES: GovernedEventStoreOptions = { policy: new InMemoryPolicy([]) };

/** Records that count what is asked of the mark, and do what the test says before it is written. */
class MarkRecords extends InMemoryRecordStore {
  gets = 0;
  puts = 0;
  beforeGet: () => void = () => {};
  beforePut: () => Promise<unknown> | undefined = () => undefined;

  override async get(key: string): ReturnType<InMemoryRecordStore['get']> {
    if (key === 'governed') {
      this.gets++;
      this.beforeGet();
    }
    return super.get(key);
  }

  override async put(...parameters: Parameters<InMemoryRecordStore['put']>): ReturnType<InMemoryRecordStore['put']> {
    if (parameters[0] === 'governed') {
      this.puts++;
      await this.beforePut();
    }
    return super.put(...parameters);
  }
}

class MarkedJournal extends InMemoryJournal {
  override readonly records: MarkRecords = new MarkRecords();
}

function arrange() {
  const journal = new MarkedJournal();
  const auditLog = new InMemoryAuditLog();
  const clock = new ManualClock();
  const warnings: object[] = [];
  const logger = { ...SILENT_LOGGER, warn: (fields: object, message: string) => warnings.push({ ...fields, message }) };
  const retry = { delaysMs: [0], jitter: 0 };
  /** Opens the store anew, as another process would. */
  const open = (options: GovernedEventStoreOptions = {}) =>
    new GovernedEventStore(journal, { clock, auditLog, logger, retry, ...options });
  let appends = 0;
  const appendTo = (store: GovernedEventStore) => {
    const events = nextEvents(`a${++appends}`, 0, [{ eventType: 'A', payload: {} }], { now: () => clock.now() });
    return store.append(events, { principal: ANN });
  };
  return { journal, records: journal.records, auditLog, clock, warnings, open, appendTo };
}

function refusalOf(...lost: string[]) {
  const message = expect.stringContaining(`under ${lost.join(' and ')} before`);
  return { code: 'CONFIGURATION', details: { setting: 'ungoverned' }, message };
}

describe('a store that was written under rules', () => {
  it.each([
    ['a schema registry', SCHEMAS, POLICIES],
    ['policies', POLICIES, SCHEMAS],
  ])('is not written without %s, whatever other rules it has now', async (lost, before, now) => {
    const { journal, open, appendTo } = arrange();
    await appendTo(open(before));

    await expect(appendTo(open())).rejects.toMatchObject(refusalOf(lost));
    await expect(appendTo(open(now))).rejects.toMatchObject(refusalOf(lost));

    expect(await journal.getVersion('a2')).toBe(0);
    await expect(appendTo(open({ ...before, ...now }))).resolves.toMatchObject({ replayed: false });
  });

  it('names every kind of rules that it lacks, whichever came first', async () => {
    const { open, appendTo } = arrange();
    await appendTo(open(SCHEMAS));
    await appendTo(open({ ...SCHEMAS, ...POLICIES }));

    await expect(appendTo(open())).rejects.toMatchObject(refusalOf('a schema registry', 'policies'));
  });

  it('is written without them where that is said, which is audited for each opening', async () => {
    const { open, appendTo, auditLog, clock } = arrange();
    await appendTo(open({ ...SCHEMAS, ...POLICIES }));
    const store = open({ ...POLICIES, ungoverned: true });

    await appendTo(store);
    await appendTo(store);

    expect(auditLog.records).toEqual([
      {
        at: clock.timestamp(),
        action: 'store.ungoverned',
        actor: ANN,
        details: { schemas: false, policies: true },
      },
    ]);
  });

  it('remembers them, though it was written without them since', async () => {
    const { open, appendTo } = arrange();
    await appendTo(open(SCHEMAS));
    await appendTo(open({ ...POLICIES, ungoverned: true }));

    await expect(appendTo(open())).rejects.toMatchObject(refusalOf('a schema registry', 'policies'));
  });

  it('remembers those of two processes that wrote it first at the same time', async () => {
    const { open, appendTo, records } = arrange();
    const rival = open(POLICIES);
    let isFirst = true;
    records.beforePut = () => {
      if (!isFirst) return undefined;
      isFirst = false;
      return appendTo(rival);
    };

    await expect(appendTo(open(SCHEMAS))).rejects.toMatchObject(refusalOf('policies'));

    await expect(appendTo(open())).rejects.toMatchObject(refusalOf('policies'));
  });
});

describe('the mark', () => {
  it('is read once for a store that is open, and written only where it says something new', async () => {
    const { open, appendTo, records } = arrange();
    const store = open(SCHEMAS);

    await Promise.all([appendTo(store), appendTo(store)]);
    await appendTo(store);
    await appendTo(open(SCHEMAS));

    expect(records).toMatchObject({ gets: 2, puts: 1 });
  });

  it('is not written for a store without rules', async () => {
    const { open, appendTo, records, auditLog } = arrange();

    await appendTo(open({ ungoverned: true }));

    expect(records.puts).toBe(0);
    expect(auditLog.records).toEqual([]);
  });

  it('is read again by the next append after it could not be read', async () => {
    const { open, appendTo, records } = arrange();
    const store = open(SCHEMAS);
    records.beforeGet = () => {
      throw new StoreUnavailableError('busy', { reason: 'busy' });
    };
    await expect(appendTo(store)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    records.beforeGet = () => {};

    await expect(appendTo(store)).resolves.toMatchObject({ replayed: false });
  });
});

it('warns once that payloads are stored unchecked, and only where they are', async () => {
  const { open, appendTo, warnings } = arrange();
  const unchecked = open(POLICIES);

  await appendTo(unchecked);
  await appendTo(unchecked);

  expect(warnings).toEqual([{ store: 'memory', message: expect.stringContaining('unchecked') }]);
  await appendTo(open({ ...SCHEMAS, ...POLICIES }));
  expect(warnings).toHaveLength(1);
});
