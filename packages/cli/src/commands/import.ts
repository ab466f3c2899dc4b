import { basename } from 'node:path';
import type { GovernedEventStore } from '@nexus/shared';
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { historyRows } from '../import/history/historyRows.ts';
import { importHistory } from '../import/history/importHistory.ts';
import type { ImportCounts } from '../import/ImportCounts.ts';
import { type ImportOptions, type ImportReport, importRows } from '../import/importRows.ts';
import { RejectsFile } from '../import/RejectsFile.ts';
import { readText } from '../import/readText.ts';
import { LOCAL, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';
import { addRowsOptions, givenRowsOptions, type RowsOptions, rowsOf } from './rowsOptions.ts';
import { addRulesOptions, type RulesOptions, withRules } from './rulesOptions.ts';

interface ImportCommandOptions extends RowsOptions, RulesOptions {
  readonly rejects?: string;
  readonly asHistory?: boolean;
}

const HELP = `
FILE is CSV (.csv), or JSON lines of events as export writes them or of CloudEvents 1.0 (.jsonl, .ndjson); each may be
packed by gzip. - reads standard input.

CSV rows, and CloudEvents without the extension attribute aggregateversion, are sorted by time within their aggregate
(equal times keep their order), and get a version and, for CSV, an id made of their content, so that the same file
imported again stores nothing. A row that comes later but is older than what is stored goes behind it, marked
outOfOrder. Events of our own keep their id, version and time.

A CSV column that no option names goes to the payload under its name, as a string; empty cells are left out. Of a
CloudEvent, subject (or source) is the aggregate, data the payload, and the other attributes go to the metadata.

--as-history takes over what nexus export --recorded wrote, append by append as the first store took it, with its
receipts as the origin of those of this store. Today's schemas are observed and refuse nothing that was lawful then;
the policies decide on the action import, and a denial ends the import. It is in the audit log. An append whose events
are not those that its receipt was made for is refused, whole. Without --as-history receipts are left out, and events
are appended like any others.

Times need a zone, and keep milliseconds: --zone and --truncate-time say what to do otherwise. Nothing is stored before
the whole file was read. Rows that are refused go to the rejects file with their line and reason, and the others are
stored; the exit code is then 8. An import that was stopped goes on where it stopped when it is run again.

Examples:
  nexus import log.csv.gz --aggregate case --type activity --time timestamp --user resource
  nexus import orders.csv --aggregate order_id --type event --time at --map amount=AMT --map metadata.correlationId=corr
  nexus export | nexus import - --format events --store sqlite:./copy.db
  nexus export --recorded | nexus import - --as-history --store sqlite:./moved.db`;

export function addImport(program: Command, run: Run): void {
  const command = program
    .command('import')
    .summary('import events from CSV, JSON lines or CloudEvents')
    .description('Append the events of a file, whatever its size, through the same rules as any append.')
    .argument('<file>', 'CSV or JSON lines, perhaps packed by gzip; - for standard input');
  addRowsOptions(command)
    .option('--as-history', 'take over what export --recorded wrote, with the receipts that let it in')
    .option('--rejects <file>', 'where refused rows go (default: FILE.rejects.jsonl in the working folder)')
    .addHelpText('after', HELP);
  addRulesOptions(command).action(run(importFile));
}

async function importFile(shell: Shell, options: ImportCommandOptions, file: string): Promise<ExitCode> {
  const rejects = new RejectsFile(options.rejects ?? `${file === '-' ? 'import' : basename(file)}.rejects.jsonl`);
  const importer = importerOf(shell, file, options);
  if (options.rejects !== undefined) rejects.open();
  const counts: ImportCounts = { stored: 0, alreadyThere: 0, refused: 0 };
  try {
    const report = await importInto(shell, { importer, rejects, counts }, options);
    await printReport(shell, report, rejects);
    return report.refused > 0 ? EXIT_CODES.rejects : EXIT_CODES.ok;
  } catch (error) {
    if (counts.stored > 0) {
      await shell.remark(
        `nexus: the import stopped after ${count(counts.stored, 'event')}; run it again, and it goes on there`,
      );
    }
    throw error;
  } finally {
    rejects.close();
  }
}

/** Brings what was read into a store. */
type Importer = (store: GovernedEventStore, settings: Omit<ImportOptions, 'store' | 'rows'>) => Promise<ImportReport>;

interface Import {
  readonly importer: Importer;
  readonly rejects: RejectsFile;
  readonly counts: ImportCounts;
}

function importInto(shell: Shell, { importer, ...parts }: Import, options: RulesOptions): Promise<ImportReport> {
  const { signal } = shell;
  return withRules(shell, options, async (store) => {
    const reading = shell.progress('reading', 'rows');
    let appending: ReturnType<Shell['progress']> | undefined;
    const onRead = (rows: number): void => reading.update(rows);
    const onSettled = (done: number, total: number): void => {
      if (appending === undefined) reading.end();
      appending ??= shell.progress('importing', 'rows', total);
      appending.update(done);
    };
    try {
      return await importer(store, { ...parts, principal: LOCAL, signal, onRead, onSettled });
    } finally {
      reading.end();
      appending?.end();
    }
  });
}

function importerOf(shell: Shell, file: string, options: ImportCommandOptions): Importer {
  if (options.asHistory !== true) {
    const rows = rowsOf(shell, file, options);
    return (store, settings) => importRows({ ...settings, store, rows });
  }
  refuseRowOptions(options);
  const text = readText(file, shell.context.stdin, shell.signal);
  const source = file === '-' ? 'standard input' : file;
  const rows = historyRows(text, source);
  return (store, settings) => importHistory({ ...settings, store, rows, source });
}

function refuseRowOptions({ format, ...options }: ImportCommandOptions): void {
  const names = givenRowsOptions(format === 'events' || format === undefined ? options : { ...options, format });
  if (names.length === 0) return;
  throw new UsageError(
    `${names.join(' and ')} cannot go with --as-history, which reads what export --recorded writes`,
    {
      argument: '--as-history',
    },
  );
}

async function printReport(shell: Shell, report: ImportReport, rejects: RejectsFile): Promise<void> {
  const refused = report.refused > 0 ? { rejects: rejects.path } : {};
  if (shell.json) return shell.out.line(JSON.stringify({ ...report, ...refused }));
  const { stored, alreadyThere, aggregates, eventTypes } = report;
  await shell.out.line(
    `${number(stored)} stored, ${number(alreadyThere)} already there, ${number(report.refused)} refused`,
  );
  await shell.out.line(`${count(aggregates, 'aggregate')}, ${count(eventTypes, 'event type')} in the file`);
  if (report.refused > 0) await shell.out.line(`The refused rows, and why: ${rejects.path}`);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function count(value: number, thing: string): string {
  return `${number(value)} ${thing}${value === 1 ? '' : 's'}`;
}
