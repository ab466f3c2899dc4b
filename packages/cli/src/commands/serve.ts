import { randomUUID } from 'node:crypto';
import { createApi, listen } from '@nexus/command-service/api';
import { type GovernedEventStore, isoTime } from '@nexus/shared';
import type { Command } from 'commander';
import { integer, names } from '../arguments.ts';
import type { ExitCode } from '../exit-codes.ts';
import { createLogger } from '../io/createLogger.ts';
import { DONE, LOCAL, type Shell } from '../Shell.ts';
import { type CurlLines, curlLines } from '../sample/curlLines.ts';
import type { Run } from './Run.ts';
import { addRulesOptions, type RulesOptions, withRules } from './rulesOptions.ts';

interface ServeOptions extends RulesOptions {
  readonly port: number;
  readonly host: string;
  readonly roles: string[];
  readonly sample?: boolean;
}

const HELP = `
Requests are not authenticated: the service listens on this machine only, and every request is the principal "local".
SIGINT and SIGTERM stop it: it takes no new requests, and finishes what it has accepted. The log goes to standard error
as JSON lines; NEXUS_LOG_LEVEL sets its level (default: info).

Examples:
  nexus serve --port 0 --json
  nexus serve --sample`;

export function addServe(program: Command, run: Run): void {
  const command = program
    .command('serve')
    .summary('serve the store over HTTP, on this machine')
    .description('Serve the store over HTTP, until the command is stopped.')
    .option('--port <port>', 'the port; 0 takes a free one', integer('--port', 0, 65_535), 3000)
    .option('--host <host>', '127.0.0.1, ::1 or localhost', 'localhost')
    .option('--sample', 'print requests to try on the order sample, whose schemas and policies must be configured')
    .option('--roles <roles>', 'roles of the principal "local", separated by commas', names, [])
    .addHelpText('after', HELP);
  addRulesOptions(command).action(run(serve));
}

function serve(shell: Shell, options: ServeOptions): Promise<ExitCode> {
  const { queriesPerMinute } = shell.config.limits ?? {};
  const limit = queriesPerMinute === undefined ? {} : { queriesPerMinute };
  const settings = { logLevel: 'info', limited: true, watchRules: true, ...limit } as const;
  return withRules(shell, options, (store) => serveStore(shell, store, options), settings);
}

async function serveStore(
  shell: Shell,
  store: GovernedEventStore,
  { host, port, roles, sample }: ServeOptions,
): Promise<ExitCode> {
  const principal = { ...LOCAL, roles, client: 'local' };
  const { bodyBytesMax } = shell.config.limits ?? {};
  const bodyLimit = bodyBytesMax === undefined ? {} : { bodyLimitBytes: bodyBytesMax };
  const api = await createApi({ store, principal, logger: createLogger(shell.context, 'info'), ...bodyLimit });
  try {
    const address = await listen(api, { host, port });
    await announce(shell, address, sample === true);
    await untilStopped(shell.context.signal);
    await shell.remark('nexus: stopping; what was accepted is being finished');
  } finally {
    await api.close();
  }
  return DONE;
}

async function announce(shell: Shell, address: string, isSample: boolean): Promise<void> {
  const now = isoTime(shell.context.now());
  const lines = isSample ? curlLines(address, randomUUID().slice(0, 8), now) : undefined;
  if (shell.json) {
    const trying = lines === undefined ? {} : { try: lines };
    return shell.out.line(JSON.stringify({ address, store: shell.storeUrl, ...trying }));
  }
  await shell.out.line(`Nexus serves ${shell.storeUrl} at ${address} (API: ${address}/openapi.json)`);
  if (lines !== undefined) await shell.out.write(samplePage(lines));
  await shell.out.line('\nCtrl+C stops it.');
}

function samplePage({ stored, refusedBySchema, refusedByPolicy }: CurlLines): string {
  return `
Try an event that is stored:
  ${stored}

one that its schema refuses, since its total is no number:
  ${refusedBySchema}

and one that a policy refuses, since a total above 10,000 needs the role manager (serve --roles manager):
  ${refusedByPolicy}
`;
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
