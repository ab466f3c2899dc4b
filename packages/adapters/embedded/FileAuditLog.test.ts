import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuditRecord,
  InMemoryPolicy,
  InMemoryRecordStore,
  type LoggerPort,
  nextEvents,
  SILENT_LOGGER,
  StoreUnavailableError,
} from '@nexus/shared';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../testing/ManualClock.ts';
import { thisProcess } from './audit/processes.ts';
import { type LocatedAuditLine, readAudit } from './audit/readAudit.ts';
import { auditFolder, filesOf, linesOf, openLog, recordAll, rewrite, sealsOf } from './audit/testing/auditFolders.ts';
import { recordOf } from './audit/testing/recordOf.ts';
import { changed, rehashed } from './audit/testing/tampering.ts';
import { verifyAudit } from './audit/verifyAudit.ts';
import { FileAuditLog } from './FileAuditLog.ts';
import { InMemoryEventStore } from './InMemoryEventStore.ts';

async function linesIn(folder: string): Promise<LocatedAuditLine[]> {
  const lines: LocatedAuditLine[] = [];
  for await (const line of readAudit(folder)) lines.push(line);
  return lines;
}

async function countsIn(folder: string): Promise<unknown[]> {
  return (await linesIn(folder)).map(({ details }) => details.count);
}

it('takes what a store observes of an append however many aggregates it is of', async () => {
  const folder = auditFolder();
  const policy = new InMemoryPolicy([{ name: 'closed', check: () => 'closed' }]);
  const store = new InMemoryEventStore({ mode: 'observe', policy, auditLog: openLog(folder) });
  const ids = Array.from({ length: 700 }, (_, index) => String(index).padStart(1_600, '-'));
  const events = ids.flatMap((id) => nextEvents(id, 0, [{ eventType: 'Opened', payload: {} }]));

  await store.append(events);

  const [line] = await linesIn(folder);
  expect(line).toMatchObject({ action: 'append.observed', details: { aggregates: 700 } });
  expect(line?.details.shares).toHaveLength(100);
  expect(await store.getVersion(ids[699] ?? '')).toBe(1);
});

describe('a record', () => {
  it('makes the folder and a file, and not before', async () => {
    const folder = auditFolder();
    const log = openLog(folder, { newId: () => 'c1' });
    const before = existsSync(folder);

    await log.record(recordOf(1));

    expect(before).toBe(false);
    expect(filesOf(folder)).toEqual(['c1.000001.jsonl']);
  });

  it('is one line that names its chain, its number, and the hash of the line before', async () => {
    const folder = auditFolder();
    await recordAll(folder, 1, 2, { newId: () => 'c1' });

    const [first, second] = linesOf(folder, 'c1.000001.jsonl').map((line) => JSON.parse(line));

    expect(first).toEqual({
      chain: 'c1',
      sequence: 1,
      ...recordOf(1),
      previous: expect.stringMatching(/^1:[0-9a-f]{64}$/),
      hash: expect.stringMatching(/^1:[0-9a-f]{64}$/),
    });
    expect(second).toMatchObject({ sequence: 2, details: { count: 2 }, previous: first.hash });
  });

  it('is in the file when it resolves, and keeps its place among those that came at the same time', async () => {
    const folder = auditFolder();
    const log = openLog(folder);

    await Promise.all(Array.from({ length: 1_500 }, (_, count) => log.record(recordOf(count))));

    const expected = Array.from({ length: 1_500 }, (_, count) => count);
    expect(linesOf(folder, filesOf(folder)[0] ?? '').map((line) => JSON.parse(line).details.count)).toEqual(expected);
    expect(await verifyAudit(folder)).toMatchObject({ clean: true, chains: 1, lines: 1_500, findingsTotal: 0 });
  });

  it('is kept as it was when it was given', async () => {
    const folder = auditFolder();
    const log = openLog(folder);
    const details = { count: 1, text: 'ä\n\u2028', odd: JSON.parse('{"__proto__": 1}') };

    const recording = log.record({ ...recordOf(1), details });
    details.count = 2;
    await recording;

    const [line] = await linesIn(folder);
    expect(line?.details).toEqual({ ...details, count: 1 });
    expect(JSON.stringify(line?.details)).toContain('{"__proto__":1}');
    expect((await verifyAudit(folder)).clean).toBe(true);
  });

  it('has the mark of a replaced character where it had half of a surrogate pair', async () => {
    const folder = auditFolder();
    const log = openLog(folder);

    await log.record({ ...recordOf(1), details: { 'a\ud800': '\\ud800 \udfff', pair: '\u{1f600}' } });

    const [line] = await linesIn(folder);
    expect(line?.details).toEqual({ 'a\ufffd': '\\ud800 \ufffd', pair: '\u{1f600}' });
    expect((await verifyAudit(folder)).clean).toBe(true);
  });

  it.each([
    ['without an actor', { actor: undefined }],
    ['without details', { details: 'text' }],
    ['with what is no JSON', { details: { number: 1n as never } }],
    ['that is longer than a line may be', { details: { text: 'x'.repeat(1024 * 1024) } }],
  ])('%s is refused, and the next is taken', async (_, fields) => {
    const folder = auditFolder();
    const log = openLog(folder);

    const refused = log.record({ ...recordOf(1), ...(fields as Partial<AuditRecord>) });

    await expect(refused).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE', details: { part: 'audit-log' } });
    await log.record(recordOf(2));
    expect(await countsIn(folder)).toEqual([2]);
  });

  it('is refused once the log is closed', async () => {
    const folder = auditFolder();
    const log = openLog(folder);
    await log.close();

    const refused = log.record(recordOf(1));

    await expect(refused).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE' });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('settings', () => {
  it.each([
    ['folder', { folder: '' }],
    ['fileBytesMax', { fileBytesMax: 1_023 }],
    ['fileBytesMax', { fileBytesMax: 2_000.5 }],
    ['sealEveryMs', { sealEveryMs: 0 }],
    ['sealEveryMs', { sealEveryMs: 2 ** 31 }],
  ])('%s is refused where it is none', (setting, options) => {
    const make = () => new FileAuditLog({ folder: auditFolder(), ...options });

    expect(make).toThrow(expect.objectContaining({ code: 'CONFIGURATION', details: { setting } }));
  });
});

describe('chains', () => {
  it('go on in the next log, so that a thousand short runs make one file', async () => {
    const folder = auditFolder();

    for (let run = 1; run <= 20; run++) await recordAll(folder, run, run);

    expect(readdirSync(folder)).toHaveLength(1);
    expect(await verifyAudit(folder)).toMatchObject({ clean: true, chains: 1, lines: 20 });
  });

  it('are one for each log at a time', async () => {
    const folder = auditFolder();
    const logs = [openLog(folder), openLog(folder), openLog(folder)];

    for (const log of logs) await log.record(recordOf(1));
    for (const log of logs) await log.close();
    await recordAll(folder, 2, 2);

    expect(await verifyAudit(folder)).toMatchObject({ clean: true, chains: 3, lines: 4 });
  });

  it('whose writer has died go on before others, so that their last lines are sealed', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    for (const chain of ['c1', 'c2', 'c3']) {
      const log = openLog(folder, { newId: () => chain });
      await log.record(recordOf(1));
    }
    const { pid, start, host } = thisProcess();
    for (const chain of ['c1', 'c2', 'c3']) rmSync(join(folder, `${chain}.${pid}-${start}-${host}.lock`));
    writeFileSync(join(folder, `c2.${2 ** 30}-1-${host}.lock`), '');

    await recordAll(folder, 2, 2, { records });

    expect(await sealsOf(records)).toMatchObject([{ chain: 'c2', sequence: 2 }]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('go on in a new file when one is full, which names the last hash of the file before', async () => {
    const folder = auditFolder();

    await recordAll(folder, 1, 6, { fileBytesMax: 1_024, newId: () => 'c1' });
    await recordAll(folder, 7, 12, { fileBytesMax: 1_024 });

    const files = filesOf(folder);
    const [last] = linesOf(folder, files[0] ?? '').slice(-1);
    const [first] = linesOf(folder, files[1] ?? '');
    expect(files.length).toBeGreaterThan(3);
    expect(JSON.parse(first ?? '').previous).toBe(JSON.parse(last ?? '').hash);
    expect(await countsIn(folder)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await verifyAudit(folder)).toMatchObject({ clean: true, chains: 1, lines: 12 });
  });

  it('refuse an id that is no name of a file', async () => {
    const log = openLog(auditFolder(), { newId: () => '../c1' });

    const refused = log.record(recordOf(1));

    await expect(refused).rejects.toThrow(/newId must make new ids/);
  });
});

describe('seals', () => {
  it('are made a while after a record, and not while there is nothing new', async () => {
    const clock = new ManualClock();
    const records = new InMemoryRecordStore();
    const log = openLog(auditFolder(), { clock, sealEveryMs: 5_000, newId: () => 'c1' });
    log.attach(records);
    await log.record(recordOf(1));
    await log.record(recordOf(2));
    await clock.untilSomebodySleeps();

    clock.advance(4_999);
    const early = await sealsOf(records);
    clock.advance(1);
    await expect.poll(() => sealsOf(records)).toHaveLength(1);
    const [seal] = await sealsOf(records);
    clock.advance(60_000);
    await log.seal();

    expect(early).toEqual([]);
    expect(seal).toMatchObject({ chain: 'c1', sequence: 2, file: 'c1.000001.jsonl', at: clock.timestamp(-60_000) });
    expect(await sealsOf(records)).toEqual([seal]);
  });

  it('are made when the log is closed, and go up with the chain', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();

    await recordAll(folder, 1, 3, { records, newId: () => 'c1' });
    const [first] = await sealsOf(records);
    await recordAll(folder, 4, 5, { records });

    expect(first).toMatchObject({ chain: 'c1', sequence: 3 });
    expect(await sealsOf(records)).toMatchObject([{ chain: 'c1', sequence: 5 }]);
    expect(await verifyAudit(folder, { seals: await sealsOf(records) })).toMatchObject({ clean: true, seals: 1 });
  });

  it('that fail are logged and tried again, and refuse no record', async () => {
    const clock = new ManualClock();
    const records = new FailingRecords();
    const warnings: string[] = [];
    const logger: LoggerPort = { ...SILENT_LOGGER, warn: (_, message) => warnings.push(message) };
    const log = openLog(auditFolder(), { clock, logger, sealEveryMs: 5_000 });
    log.attach(records);
    await log.record(recordOf(1));

    records.isDown = true;
    clock.advance(5_000);
    await expect.poll(() => warnings).toHaveLength(1);
    await log.record(recordOf(2));
    records.isDown = false;
    await clock.untilSomebodySleeps();
    clock.advance(5_000);

    await expect.poll(() => sealsOf(records)).toMatchObject([{ sequence: 2 }]);
    expect(warnings[0]).toMatch(/was not sealed/);
  });

  it('whose reply was lost are found to be made', async () => {
    const records = new FailingRecords();
    const log = openLog(auditFolder());
    log.attach(records);
    await log.record(recordOf(1));
    records.losesReplies = true;
    await log.seal();
    records.losesReplies = false;
    await log.record(recordOf(2));

    await log.seal();
    await log.seal();

    expect(await sealsOf(records)).toMatchObject([{ sequence: 2 }]);
  });

  it('are not written over where the chain contradicts them: another chain begins', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    await recordAll(folder, 1, 3, { records, newId: () => 'c1' });
    const cut = linesOf(folder, 'c1.000001.jsonl').slice(0, 2);
    rewrite(folder, 'c1.000001.jsonl', cut);

    await recordAll(folder, 4, 9, { records, newId: () => 'c2' });

    const report = await verifyAudit(folder, { seals: await sealsOf(records) });
    expect(await sealsOf(records)).toMatchObject([
      { chain: 'c1', sequence: 3 },
      { chain: 'c2', sequence: 6 },
    ]);
    expect(report.findings).toMatchObject([{ rule: 'cut-tail', file: 'c1.000001.jsonl', line: 2 }]);
  });

  it.each([
    ['at its end', 5, 5],
    ['within', 3, 5],
  ])('%s are not written over where the chain was written anew: another chain begins', async (_, sealed, last) => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    await recordAll(folder, 1, sealed, { records, newId: () => 'c1' });
    await recordAll(folder, sealed + 1, last);
    const lines = linesOf(folder, 'c1.000001.jsonl');
    rewrite(folder, 'c1.000001.jsonl', rehashed(changed(lines, 1), 1));

    await recordAll(folder, 6, 9, { records, newId: () => 'c2' });

    const { findings } = await verifyAudit(folder, { seals: await sealsOf(records) });
    expect(findings).toMatchObject([{ rule: 'changed', file: 'c1.000001.jsonl' }]);
    expect(await sealsOf(records)).toMatchObject([
      { chain: 'c1', sequence: sealed },
      { chain: 'c2', sequence: 4 },
    ]);
  });

  it('are not written over by a log that got its store after its first record', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    const errors: string[] = [];
    const logger: LoggerPort = { ...SILENT_LOGGER, error: (_, message) => errors.push(message) };
    await recordAll(folder, 1, 3, { records, newId: () => 'c1' });
    rewrite(folder, 'c1.000001.jsonl', linesOf(folder, 'c1.000001.jsonl').slice(0, 1));
    const log = openLog(folder, { logger });
    await log.record(recordOf(2));

    log.attach(records);
    await log.seal();

    expect(await sealsOf(records)).toMatchObject([{ chain: 'c1', sequence: 3 }]);
    expect(errors).toEqual(['an audit chain contradicts its seal']);
  });

  it('that are behind their chain let it go on', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    await recordAll(folder, 1, 3, { records, newId: () => 'c1' });
    await recordAll(folder, 4, 5);

    await recordAll(folder, 6, 6, { records });

    expect(await sealsOf(records)).toMatchObject([{ chain: 'c1', sequence: 6 }]);
  });

  it('keep no timer once everything is sealed', async () => {
    let waiting = 0;
    const clock = new ManualClock();
    const counting = {
      now: () => clock.now(),
      sleep: async (ms: number, signal?: AbortSignal) => {
        waiting += 1;
        await clock.sleep(ms, signal);
        waiting -= 1;
      },
    };
    const log = openLog(auditFolder(), { clock: counting });
    log.attach(new InMemoryRecordStore());
    await log.record(recordOf(1));
    const before = waiting;

    await log.seal();

    expect(before).toBe(1);
    await expect.poll(() => waiting).toBe(0);
  });

  it('keep no timer where the log has no store', async () => {
    const clock = new ManualClock();
    let sleeps = 0;
    const counting = { now: () => clock.now(), sleep: (ms: number) => clock.sleep(ms).finally(() => sleeps++) };
    const log = new FileAuditLog({ folder: auditFolder(), clock: counting });

    await log.record(recordOf(1));
    clock.advance(600_000);
    await log.close();

    expect(sleeps).toBe(0);
  });
});

class FailingRecords extends InMemoryRecordStore {
  isDown = false;
  losesReplies = false;

  override async put(...parameters: Parameters<InMemoryRecordStore['put']>) {
    if (this.isDown) throw new StoreUnavailableError('down', { reason: 'down' });
    const revision = await super.put(...parameters);
    if (this.losesReplies) throw new StoreUnavailableError('lost', { reason: 'lost' });
    return revision;
  }
}
