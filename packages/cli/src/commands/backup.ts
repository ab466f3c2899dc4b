import { NotSupportedError } from '@nexus/shared';
import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { DONE, type Shell } from '../Shell.ts';
import type { Run } from './Run.ts';

const HELP = `
The store may be in use. FILE must not exist; it is one file without any beside it. nexus restore makes a store of it.

Example:
  nexus backup backups/2026-01-31.db`;

export function addBackup(program: Command, run: Run): void {
  program
    .command('backup')
    .summary('copy the store into a file')
    .description('Copy a SQLite store, as it is now, into a new file, while it is read and written.')
    .argument('<file>', 'where the copy goes')
    .addHelpText('after', HELP)
    .action(run(backup));
}

function backup(shell: Shell, _options: object, file: string): Promise<ExitCode> {
  return shell.withStore(async (store) => {
    const { SqliteEventStore } = await import('@nexus/adapters/embedded');
    if (!(store instanceof SqliteEventStore)) {
      const message = `Only sqlite: stores can be backed up into a file, not ${shell.storeUrl}; nexus export writes any store's events`;
      throw new NotSupportedError(message, { capability: 'backup' });
    }
    await store.backup(file);
    await shell.out.line(shell.json ? JSON.stringify({ backup: file }) : `Backed up ${shell.storeUrl} into ${file}`);
    return DONE;
  });
}
