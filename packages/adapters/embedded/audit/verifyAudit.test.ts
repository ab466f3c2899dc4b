import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditSeal, InMemoryRecordStore } from '@nexus/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditFolder, filesOf, linesOf, recordAll, rewrite, sealsOf } from './testing/auditFolders.ts';
import { changed, rehashed, rehashedOne } from './testing/tampering.ts';
import { verifyAudit } from './verifyAudit.ts';

const FILE = 'c1.000001.jsonl';

/** A chain of five lines, sealed. */
async function sealedChain(): Promise<{ folder: string; seals: AuditSeal[]; lines: string[] }> {
  const folder = auditFolder();
  const records = new InMemoryRecordStore();
  await recordAll(folder, 1, 5, { records, newId: () => 'c1' });
  return { folder, seals: await sealsOf(records), lines: linesOf(folder, FILE) };
}

describe('verifyAudit', () => {
  it('finds nothing in what was written, and says how much that is', async () => {
    const { folder, seals } = await sealedChain();
    const progress: number[] = [];

    const report = await verifyAudit(folder, { seals, onProgress: (lines) => progress.push(lines) });

    expect(report).toEqual({ clean: true, chains: 1, lines: 5, seals: 1, findings: [], findingsTotal: 0 });
    expect(progress).toEqual([]);
  });

  it.each([
    ['a changed line', (lines: string[]) => changed(lines, 2), 'changed', 3],
    ['a line that was changed with its hash', (lines: string[]) => rehashedOne(lines, 2), 'changed', 4],
    ['a line that was removed', (lines: string[]) => lines.toSpliced(2, 1), 'inserted-or-removed', 3],
    ['the first line removed', (lines: string[]) => lines.slice(1), 'inserted-or-removed', 1],
    ['a line twice', (lines: string[]) => lines.toSpliced(3, 0, lines[2] ?? ''), 'inserted-or-removed', 4],
    [
      'a line that is JSON in another form',
      (lines: string[]) => lines.with(1, lines[1]?.replace(':', ': ') ?? ''),
      'not-a-record',
      2,
    ],
    ['text', (lines: string[]) => lines.with(1, 'hello'), 'not-a-record', 2],
    ['an empty line', (lines: string[]) => lines.with(1, ''), 'not-a-record', 2],
    ['JSON that is too deep to be read', (lines: string[]) => lines.with(1, '['.repeat(200_000)), 'not-a-record', 2],
    [
      'a line that is longer than lines are',
      (lines: string[]) => lines.with(1, 'x'.repeat(2 ** 21)),
      'not-a-record',
      2,
    ],
  ] as const)('finds %s, once, and names file and line', async (_, tamper, rule, line) => {
    const { folder, lines } = await sealedChain();
    rewrite(folder, FILE, tamper(lines));

    const { clean, findings } = await verifyAudit(folder);

    expect(clean).toBe(false);
    expect(findings).toMatchObject([{ severity: 'error', file: FILE, line, rule }]);
  });

  it('finds lines that were swapped', async () => {
    const { folder, lines } = await sealedChain();
    rewrite(folder, FILE, lines.with(1, lines[2] ?? '').with(2, lines[1] ?? ''));

    const { findings } = await verifyAudit(folder);

    expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
      ['inserted-or-removed', 2],
      ['inserted-or-removed', 3],
      ['inserted-or-removed', 4],
    ]);
  });

  it('finds a chain that was written anew from a changed line on, by the seal alone', async () => {
    const { folder, seals, lines } = await sealedChain();
    rewrite(folder, FILE, rehashed(changed(lines, 2), 2));

    const unsealed = await verifyAudit(folder);
    const sealed = await verifyAudit(folder, { seals });

    expect(unsealed.clean).toBe(true);
    expect(sealed).toMatchObject({ clean: false, findings: [{ rule: 'changed', file: FILE }] });
    expect(sealed.findings[0]?.message).toContain('was written anew');
  });

  it('finds a file that cannot be read', async () => {
    const { folder } = await sealedChain();
    mkdirSync(join(folder, 'c1.000002.jsonl'));

    const { findings } = await verifyAudit(folder);

    expect(findings).toMatchObject([{ rule: 'not-a-record', file: 'c1.000002.jsonl', line: 0 }]);
    expect(findings[0]?.message).toContain('cannot be read');
  });

  it('keeps the first thousand findings, and counts all', async () => {
    const { folder } = await sealedChain();
    rewrite(
      folder,
      FILE,
      Array.from({ length: 1_500 }, () => 'hello'),
    );
    const progress: number[] = [];

    const report = await verifyAudit(folder, { onProgress: (lines) => progress.push(lines) });

    expect(report.findings).toHaveLength(1_000);
    expect(report.findingsTotal).toBe(1_500);
    expect(progress).toEqual([1_000]);
  });

  it('finds lines of another chain', async () => {
    const { folder } = await sealedChain();
    const other = auditFolder();
    await recordAll(other, 1, 5, { newId: () => 'c2' });
    rewrite(folder, FILE, linesOf(other, 'c2.000001.jsonl'));

    const { findings } = await verifyAudit(folder);

    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['inserted-or-removed']));
  });

  it('tells a torn tail, which is a note, from a cut one', async () => {
    const { folder, seals } = await sealedChain();
    const records = new InMemoryRecordStore();
    const torn = auditFolder();
    await recordAll(torn, 1, 2, { records, newId: () => 'c1' });
    writeFileSync(join(torn, FILE), '{"action":"append.ref', { flag: 'a' });
    truncateSync(join(folder, FILE), readFileSync(join(folder, FILE)).length - 1);

    const crashed = await verifyAudit(torn, { seals: await sealsOf(records) });
    const cut = await verifyAudit(folder, { seals });

    expect(crashed).toMatchObject({ clean: true, findings: [{ severity: 'note', rule: 'torn-tail', line: 3 }] });
    expect(cut).toMatchObject({ clean: false });
    expect(cut.findings.map(({ severity, rule }) => [severity, rule])).toEqual([
      ['note', 'torn-tail'],
      ['error', 'cut-tail'],
    ]);
  });

  it('finds a tail that was cut at the end of a line', async () => {
    const { folder, seals, lines } = await sealedChain();
    rewrite(folder, FILE, lines.slice(0, 3));

    const { findings } = await verifyAudit(folder, { seals });

    expect(findings).toMatchObject([{ severity: 'error', rule: 'cut-tail', file: FILE, line: 3 }]);
    expect(findings[0]?.message).toMatch(/ends at line 3, and was sealed at .* with line 5 in c1\.000001\.jsonl/);
  });

  it.each([
    ['first', 0],
    ['middle', 2],
    ['last', -1],
  ])('finds that the %s file of a chain is missing', async (_, index) => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    await recordAll(folder, 1, 12, { records, fileBytesMax: 1_024, newId: () => 'c1' });
    const file = filesOf(folder).at(index) ?? '';
    rmSync(join(folder, file));

    const { findings } = await verifyAudit(folder, { seals: await sealsOf(records) });

    expect(findings).toMatchObject([{ severity: 'error', rule: 'file-missing', file }]);
  });

  it('finds that a sealed chain is missing as a whole, also under another name', async () => {
    const { folder, seals } = await sealedChain();
    renameSync(join(folder, FILE), join(folder, 'c1.jsonl'));

    const { findings } = await verifyAudit(folder, { seals });

    expect(findings).toMatchObject([{ severity: 'error', rule: 'file-missing', file: FILE }]);
  });

  it('finds any change of any byte of a sealed chain', async () => {
    const folder = auditFolder();
    const records = new InMemoryRecordStore();
    await recordAll(folder, 1, 6, { records, fileBytesMax: 1_024, newId: () => 'c1' });
    const seals = await sealsOf(records);
    const contents = filesOf(folder).map((file) => ({ file, bytes: readFileSync(join(folder, file)) }));

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...contents),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (one, at, flip) => {
          const tampered = Buffer.from(one.bytes);
          const place = at % tampered.length;
          tampered[place] = (tampered[place] ?? 0) ^ flip;
          writeFileSync(join(folder, one.file), tampered);

          const { clean } = await verifyAudit(folder, { seals });

          writeFileSync(join(folder, one.file), one.bytes);
          expect(clean).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
    expect((await verifyAudit(folder, { seals })).clean).toBe(true);
  });

  it('finds any piece that was cut out of, or put into, a sealed chain', async () => {
    const { folder, seals } = await sealedChain();
    const bytes = readFileSync(join(folder, FILE));

    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 3 }), async (from, length, inserted) => {
        const start = from % bytes.length;
        const end = start + (length % (bytes.length - start + 1));
        const tampered = Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(end)]);
        // What lies behind the sealed bytes is not sealed.
        fc.pre(!tampered.subarray(0, bytes.length).equals(bytes));
        writeFileSync(join(folder, FILE), tampered);

        const { clean } = await verifyAudit(folder, { seals });

        expect(clean).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('stops when it is told to', async () => {
    const { folder } = await sealedChain();
    const reason = new DOMException('enough', 'AbortError');

    await expect(verifyAudit(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('fails where there is no folder', async () => {
    await expect(verifyAudit(auditFolder())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
