import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditSeal, RecordStore } from '@nexus/shared';
import { onTestFinished } from 'vitest';
import { FileAuditLog, type FileAuditLogOptions } from '../../FileAuditLog.ts';
import { recordOf } from './recordOf.ts';

/** A path in a folder of the running test's own, where nothing is yet. */
export function auditFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'audit');
}

/** Closed when the test ends. */
export function openLog(folder: string, options: Omit<FileAuditLogOptions, 'folder'> = {}): FileAuditLog {
  const log = new FileAuditLog({ folder, ...options });
  onTestFinished(() => log.close());
  return log;
}

/** Records `from` to `to`, one after another, in a log of their own. */
export async function recordAll(
  folder: string,
  from: number,
  to: number,
  { records, ...options }: Omit<FileAuditLogOptions, 'folder'> & { readonly records?: RecordStore } = {},
): Promise<void> {
  const log = new FileAuditLog({ folder, ...options });
  if (records !== undefined) log.attach(records);
  for (let count = from; count <= to; count++) await log.record(recordOf(count));
  await log.close();
}

/** The names of the folder's files of lines, in order. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted();
}

export function linesOf(folder: string, file: string): string[] {
  return readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);
}

export function rewrite(folder: string, file: string, lines: readonly string[]): void {
  writeFileSync(join(folder, file), lines.map((line) => `${line}\n`).join(''));
}

export async function sealsOf(records: RecordStore): Promise<AuditSeal[]> {
  const seals: AuditSeal[] = [];
  for await (const { value } of records.list('audit-seal/')) seals.push(value as unknown as AuditSeal);
  return seals;
}
