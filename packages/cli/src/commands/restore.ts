import { NotSupportedError } from '@nexus/shared';
import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, type Shell, SQLITE } from '../Shell.ts';
import type { Run } from './Run.ts';

const HELP = `
The backup is checked first, and stays as it is. The store must not exist yet. It gets a new epoch, so that a checkpoint
from before the restore is refused, and never taken for a place in another history.

Example:
  nexus restore backups/2026-01-31.db --store sqlite:./restored.db`;

export function addRestore(program: Command, run: Run): void {
  program
    .command('restore')
    .summary('make a store of a backup')
    .description('Make a SQLite store, at the place that --store names, of a file that backup made.')
    .argument('<file>', 'the backup')
    .addHelpText('after', HELP)
    .action(run(restore));
}

async function restore(shell: Shell, _options: object, file: string): Promise<ExitCode> {
  if (!shell.storeUrl.startsWith(SQLITE)) {
    const message = `A backup is restored into a sqlite: store, not into ${shell.storeUrl}; say --store sqlite:FILE`;
    throw new NotSupportedError(message, { capability: 'backup' });
  }
  const { restoreSqlite } = await import('@nexus/adapters/embedded');
  const identity = await restoreSqlite(file, shell.storeUrl.slice(SQLITE.length));
  const said = `Restored ${file} into ${shell.storeUrl}: store ${identity.storeId}, epoch ${identity.epoch}`;
  await shell.out.line(shell.json ? JSON.stringify(identity) : said);
  return DONE;
}
