import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

const HELP = `
Writes what import reads: every event that is stored when the command begins, as the client stated it, without what the
store recorded about it. Imported elsewhere, the copy has the same content digest (see verify).

Example:
  nexus export | gzip > events.jsonl.gz`;

export function addExport(program: Command, run: Run): void {
  program
    .command('export')
    .summary('write all events as JSON lines')
    .description('Write all events to standard output as JSON lines, in the order of the feed.')
    .addHelpText('after', HELP)
    .action(run(exportEvents));
}

function exportEvents(shell: Shell): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const progress = shell.progress('exporting', 'events');
    let events = 0;
    try {
      for await (const { recorded, ...event } of store.exportEvents({ signal: shell.signal })) {
        await shell.out.line(JSON.stringify(event));
        progress.update(++events);
      }
    } finally {
      progress.end();
    }
    return DONE;
  });
}
