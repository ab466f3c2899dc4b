import { existsSync } from 'node:fs';
import {
  type AuditFinding,
  type AuditReport,
  type LocatedAuditLine,
  readAudit,
  verifyAudit,
} from '@nexus/adapters/embedded';
import { type AuditSeal, NotFoundError } from '@nexus/shared';
import type { Command } from 'commander';
import { integer, time } from '../arguments.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { DONE, type Shell, SQLITE } from '../Shell.ts';
import type { Run } from './Run.ts';

interface FolderOptions {
  readonly folder?: string;
}

interface ListOptions extends FolderOptions {
  readonly action?: string;
  readonly actor?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
}

const FOLDER = 'folder of the audit files (default: the configured one, else FILE.audit beside the store sqlite:FILE)';

const LIST_HELP = `
Prints refused appends, temporal queries, imports and work on the feed, oldest first: when, what, who, and the details
that were recorded; never a payload. With --json each line is the whole record with its hashes, its file and its line.

Example:
  nexus audit list --action append.refused --since 2026-01-31T00:00:00Z --limit 20`;

const VERIFY_HELP = `
Computes the hash of every line anew, and holds the chains to the seals in the store, which each process writes once a
minute and when it ends. A line that a crash left incomplete is a note. Lines behind the last seal are held to their
chain alone. Exit code 7 when something is wrong.`;

export function addAudit(program: Command, run: Run): void {
  const audit = program.command('audit').description('Look into the audit log, and check that nobody has changed it.');
  audit
    .command('list')
    .description('Print what is on record.')
    .option('--folder <folder>', FOLDER)
    .option('--action <action>', 'only this action, such as append.refused or query.begin')
    .option('--actor <id>', 'only what this principal did')
    .option('--since <time>', 'only from this time on, with its zone', time('--since'))
    .option('--until <time>', 'only up to this time, with its zone', time('--until'))
    .option('--limit <records>', 'only the newest, up to 10000 (default: all)', integer('--limit', 1, 10_000))
    .addHelpText('after', LIST_HELP)
    .action(run(list));
  audit
    .command('verify')
    .description('Check that the audit log is whole and unchanged.')
    .option('--folder <folder>', FOLDER)
    .addHelpText('after', VERIFY_HELP)
    .action(run(verify));
}

async function list(shell: Shell, options: ListOptions): Promise<ExitCode> {
  const printer = new RecordPrinter(shell);
  const newest: LocatedAuditLine[] = [];
  let unreadable = 0;
  const lines = readAudit(folderOf(shell, options), { signal: shell.signal, onUnreadable: () => unreadable++ });
  for await (const line of lines) {
    if (!isWanted(line, options)) continue;
    if (options.limit === undefined) await printer.print(line);
    else if (newest.push(line) > options.limit) newest.shift();
  }
  for (const line of newest) await printer.print(line);
  await printer.end();
  if (unreadable > 0)
    await shell.remark(`nexus: lines that are no records: ${unreadable}; nexus audit verify says which`);
  return DONE;
}

function isWanted({ at, action, actor }: LocatedAuditLine, options: ListOptions): boolean {
  if (options.action !== undefined && action !== options.action) return false;
  if (options.actor !== undefined && actor.id !== options.actor) return false;
  return (options.since ?? at) <= at && at <= (options.until ?? at);
}

async function verify(shell: Shell, options: FolderOptions): Promise<ExitCode> {
  const seals = await sealsOf(shell);
  const folder = folderToVerify(shell, options, seals);
  const progress = shell.progress('verifying', 'lines');
  let report: AuditReport;
  try {
    const onProgress = (lines: number) => progress.update(lines);
    report = await verifyAudit(folder, { seals: seals ?? [], signal: shell.signal, onProgress });
  } finally {
    progress.end();
  }
  if (shell.json) await shell.out.line(JSON.stringify(report));
  else await printReport(shell, report);
  if (seals === undefined) await shell.remark(`nexus: there is no store ${shell.storeUrl}, so no seals were compared`);
  return report.clean ? EXIT_CODES.ok : EXIT_CODES.findings;
}

/** A folder of the store's own that is gone is a finding, where the store has sealed what was in it. @throws NotFoundError */
function folderToVerify(shell: Shell, options: FolderOptions, seals: readonly AuditSeal[] = []): string {
  const own = options.folder === undefined && seals.length > 0 ? shell.auditFolder : undefined;
  return own ?? folderOf(shell, options);
}

/** @throws NotFoundError */
function folderOf({ storeUrl, auditFolder }: Shell, options: FolderOptions): string {
  const folder = options.folder ?? auditFolder;
  if (folder !== undefined && existsSync(folder)) return folder;
  const message =
    folder === undefined
      ? `${storeUrl} keeps no audit files; name their folder by --folder`
      : `There is no audit log ${folder}: nothing is on record yet, or name another folder by --folder`;
  throw new NotFoundError(message, { what: `audit log ${folder ?? storeUrl}` });
}

/** Read before the files are: these only grow. `undefined`: there is no store. */
async function sealsOf(shell: Shell): Promise<readonly AuditSeal[] | undefined> {
  const { storeUrl } = shell;
  if (!storeUrl.startsWith(SQLITE) || !existsSync(storeUrl.slice(SQLITE.length))) return undefined;
  return shell.withStore((store) => store.auditSeals(), { rules: 'none' });
}

async function printReport(shell: Shell, report: AuditReport): Promise<void> {
  await shell.out.line(`chains   ${report.chains}`);
  await shell.out.line(`lines    ${report.lines}`);
  await shell.out.line(`seals    ${report.seals}`);
  await shell.out.line(`verdict  ${report.clean ? 'clean' : 'NOT CLEAN'}`);
  const table = shell.table('SEVERITY', 'RULE', 'WHERE', 'FOUND');
  for (const finding of report.findings) {
    await table.row([finding.severity, finding.rule, placeOf(finding), finding.message]);
  }
  await table.end();
  const left = report.findingsTotal - report.findings.length;
  if (left > 0) await shell.out.line(`… and ${left} more`);
}

function placeOf({ file, line }: AuditFinding): string {
  return line === 0 ? file : `${file}:${line}`;
}

/** Prints records: a table for people, lines for machines. */
class RecordPrinter {
  readonly #shell: Shell;
  readonly #table: ReturnType<Shell['table']>;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#table = shell.table('TIME', 'ACTION', 'ACTOR', 'DETAILS');
  }

  async print(line: LocatedAuditLine): Promise<void> {
    if (this.#shell.json) await this.#shell.out.line(JSON.stringify(line));
    else await this.#table.row([line.at, line.action, line.actor.id, JSON.stringify(line.details)]);
  }

  async end(): Promise<void> {
    await this.#table.end();
  }
}
