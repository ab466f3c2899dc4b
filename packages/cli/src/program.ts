import { Command } from 'commander';
import { addAppend } from './commands/append.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addExport } from './commands/export.ts';
import { addFeed } from './commands/feed.ts';
import { addImport } from './commands/import.ts';
import { addPolicy } from './commands/policy.ts';
import { addQuery } from './commands/query.ts';
import type { Run } from './commands/Run.ts';
import { addRead } from './commands/read.ts';
import { addReceipt } from './commands/receipt.ts';
import { addRestore } from './commands/restore.ts';
import { addSchema } from './commands/schema.ts';
import { addServe } from './commands/serve.ts';
import { addTail } from './commands/tail.ts';
import { addVerify } from './commands/verify.ts';
import { addWhatIf } from './commands/whatIf.ts';
import { CONFIG_FILE } from './config/loadConfig.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES } from './exit-codes.ts';
import { DEFAULT_STORE } from './Shell.ts';
import { VERSION } from './version.ts';

const COMMANDS = [
  addServe,
  addAppend,
  addRead,
  addQuery,
  addTail,
  addImport,
  addExport,
  addReceipt,
  addVerify,
  addSchema,
  addPolicy,
  addWhatIf,
  addFeed,
  addAudit,
  addBackup,
  addRestore,
];

/** The command line's grammar and help. Parsing it calls the actions through `run`. */
export function createProgram(run: Run, output: { out: (text: string) => void; err: (text: string) => void }): Command {
  const program = new Command('nexus')
    .description('A governed event store: append, read, follow, import, verify and serve.')
    .version(VERSION)
    .option(
      '--store <url>',
      `the store: sqlite:FILE or memory: (default: NEXUS_STORE, else the configuration's, else ${DEFAULT_STORE})`,
    )
    .option(
      '--config <file>',
      `the configuration, or none (default: NEXUS_CONFIG, else ./${CONFIG_FILE} where there is one)`,
    )
    .option('--json', 'write JSON, for machines; errors too, as one object on standard error')
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err, outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', exitCodeHelp());
  for (const add of COMMANDS) add(program, run);
  return program;
}

function exitCodeHelp(): string {
  const codes = Object.entries(EXIT_CODES).map(([name, code]) => {
    const meaning = EXIT_CODE_MEANINGS[name as keyof typeof EXIT_CODES];
    return `  ${String(code).padEnd(4)} ${meaning}`;
  });
  return `\nEnvironment:\n  NEXUS_STORE      the store, where --store names none\n  NEXUS_CONFIG     the configuration, where --config names none\n  NEXUS_LOG_LEVEL  least level of the log on standard error\n\nExit codes:\n${codes.join('\n')}`;
}
