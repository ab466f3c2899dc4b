import type { EventStoreAdmin } from '@nexus/shared';
import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { type ExportLine, historyLines } from '../import/history/historyLines.ts';
import { DONE, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

const HELP = `
Writes what import reads: every event that is stored when the command begins, as the client stated it, without what the
store recorded about it. Imported elsewhere, the copy has the same content digest (see verify).

--recorded writes the events with what the store recorded about them; an event names its receipt in recorded.receiptId.
Before the first event that it covers stands each receipt, as { "receipt": …, "storeId": … }, and before that the texts
of the rules that it names, as { "rules": DIGEST, "text": … }. nexus import --as-history takes them over with the proof
of what let them in.

Examples:
  nexus export | gzip > events.jsonl.gz
  nexus export --recorded | gzip > history.jsonl.gz`;

export function addExport(program: Command, run: Run): void {
  program
    .command('export')
    .summary('write all events as JSON lines')
    .description('Write all events to standard output as JSON lines, in the order of the feed.')
    .option('--recorded', 'with what the store recorded, and the receipts')
    .addHelpText('after', HELP)
    .action(run(exportEvents));
}

function exportEvents(shell: Shell, { recorded = false }: { readonly recorded?: boolean }): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const progress = shell.progress('exporting', 'events');
    const lines = recorded ? historyLines(store, shell.signal) : eventLines(store, shell.signal);
    let events = 0;
    try {
      for await (const { text, isEvent } of lines) {
        await shell.out.line(text);
        if (isEvent) progress.update(++events);
      }
    } finally {
      progress.end();
    }
    return DONE;
  });
}

async function* eventLines(store: EventStoreAdmin, signal: AbortSignal): AsyncGenerator<ExportLine, void, undefined> {
  for await (const { recorded, ...event } of store.exportEvents({ signal })) {
    yield { text: JSON.stringify(event), isEvent: true };
  }
}
