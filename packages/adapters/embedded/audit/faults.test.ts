import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { InMemoryRecordStore, type LoggerPort, SILENT_LOGGER } from '@nexus/shared';
import { describe, expect, it } from 'vitest';
import { readAudit } from './readAudit.ts';
import { auditFolder, filesOf, linesOf, openLog, recordAll, rewrite, sealsOf } from './testing/auditFolders.ts';
import { recordOf } from './testing/recordOf.ts';
import { verifyAudit } from './verifyAudit.ts';

const FILE = 'c1.000001.jsonl';
const newId = () => 'c1';

async function countsIn(folder: string): Promise<unknown[]> {
  const counts: unknown[] = [];
  for await (const { action, details } of readAudit(folder))
    counts.push(action === 'audit.torn' ? action : details.count);
  return counts;
}

const UNAVAILABLE = { code: 'GOVERNANCE_UNAVAILABLE', kind: 'unavailable', details: { part: 'audit-log' } };

describe('a log that cannot be written', () => {
  it('refuses while a file stands in the place of its folder, and works when that is gone', async () => {
    const folder = auditFolder();
    writeFileSync(folder, 'in the way');
    const log = openLog(folder);

    await expect(log.record(recordOf(1))).rejects.toMatchObject(UNAVAILABLE);
    rmSync(folder);
    await log.record(recordOf(2));

    expect(await countsIn(folder)).toEqual([2]);
  });

  it('refuses while a folder stands in the place of its next file, and leaves nothing half written', async () => {
    const folder = auditFolder();
    const log = openLog(folder, { fileBytesMax: 1_024, newId });
    await log.record(recordOf(1));
    mkdirSync(join(folder, 'c1.000002.jsonl'));

    const outcomes = [];
    for (let count = 2; count <= 4; count++) outcomes.push(await log.record(recordOf(count)).catch(({ code }) => code));
    rmdirSync(join(folder, 'c1.000002.jsonl'));
    await log.record(recordOf(5));

    expect(outcomes.at(-1)).toBe('GOVERNANCE_UNAVAILABLE');
    expect((await countsIn(folder)).at(-1)).toBe(5);
    expect((await verifyAudit(folder)).findings).toEqual([]);
  });

  it('refuses while its folder has vanished, and goes on with its chain when it is back', async () => {
    const folder = auditFolder();
    const log = openLog(folder, { newId });
    await log.record(recordOf(1));
    renameSync(folder, `${folder}-away`);

    await expect(log.record(recordOf(2))).rejects.toMatchObject(UNAVAILABLE);
    await expect(log.record(recordOf(3))).rejects.toMatchObject(UNAVAILABLE);
    renameSync(`${folder}-away`, folder);
    await log.record(recordOf(4));

    expect(await countsIn(folder)).toEqual([1, 4]);
    expect(await verifyAudit(folder)).toMatchObject({ clean: true, chains: 1, findingsTotal: 0 });
  });

  it('refuses one record when its file was removed, and leaves the gap to be seen', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    const errors: string[] = [];
    const logger: LoggerPort = { ...SILENT_LOGGER, error: (_, message) => errors.push(message) };
    const log = openLog(folder, { newId, logger });
    log.attach(records);
    await log.record(recordOf(1));
    rmSync(join(folder, FILE));

    await expect(log.record(recordOf(2))).rejects.toMatchObject(UNAVAILABLE);
    await log.record(recordOf(3));
    await log.close();

    expect(errors).toEqual(['audit lines were removed']);
    expect(await countsIn(folder)).toEqual([3]);
    const { findings } = await verifyAudit(folder, { seals: await sealsOf(records) });
    expect(findings).toMatchObject([{ rule: 'file-missing', file: FILE }]);
  });
});

describe('a torn tail', () => {
  it('is kept as it is, and the chain goes on in a new file that says so', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    await recordAll(folder, 1, 2, { records, newId });
    appendFileSync(join(folder, FILE), '{"action":"append.ref');
    const torn = readFileSync(join(folder, FILE));

    await recordAll(folder, 3, 3, { records });

    expect(readFileSync(join(folder, FILE))).toEqual(torn);
    expect(await countsIn(folder)).toEqual([1, 2, 'audit.torn', 3]);
    const [notice] = linesOf(folder, 'c1.000002.jsonl');
    expect(JSON.parse(notice ?? '')).toMatchObject({ actor: { id: 'nexus' }, details: { file: FILE, bytes: 21 } });
    const { clean, findings } = await verifyAudit(folder, { seals: await sealsOf(records) });
    expect(clean).toBe(true);
    expect(findings).toMatchObject([{ severity: 'note', rule: 'torn-tail', file: FILE, line: 3 }]);
  });

  it('is kept at whatever byte the crash came, with as many crashes as may be', async () => {
    const folder = auditFolder();
    await recordAll(folder, 1, 1, { newId });
    const whole = readFileSync(join(folder, FILE)).length;

    for (let cut = 1; cut < whole; cut += 7) {
      const last = filesOf(folder).at(-1) ?? '';
      truncateSync(join(folder, last), readFileSync(join(folder, last)).length - cut);
      await recordAll(folder, cut, cut);
    }

    const { clean, findings } = await verifyAudit(folder);
    expect(clean).toBe(true);
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['torn-tail']));
  });

  it('that the chain does not tell of is an error', async () => {
    const folder = auditFolder();
    await recordAll(folder, 1, 12, { fileBytesMax: 1_024, newId });
    const [first = ''] = filesOf(folder);
    appendFileSync(join(folder, first), '{"action"');

    const { findings } = await verifyAudit(folder);

    expect(findings).toMatchObject([{ severity: 'error', rule: 'torn-tail', file: first }]);
  });

  it('of a file without any line leaves the chain whole', async () => {
    const folder = auditFolder();
    await recordAll(folder, 1, 1, { newId });
    rewrite(folder, FILE, []);
    appendFileSync(join(folder, FILE), '{"act');

    await recordAll(folder, 2, 2);

    expect(await countsIn(folder)).toEqual(['audit.torn', 2]);
    expect((await verifyAudit(folder)).clean).toBe(true);
  });
});
