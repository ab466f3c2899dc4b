import { openEventStore } from '@nexus/adapters';
import { InterruptedError } from './errors.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { describeError } from './io/reportError.ts';
import { runNexus } from './runNexus.ts';

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second signal ends the process at once.
  process.once(signal, () => stopped.abort(new InterruptedError(signal)));
}

// What nobody caught is a defect; it is reported as any other error, and the process cannot be trusted to go on.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${describeError(error, process.argv.includes('--json'))}\n`);
  process.exit(EXIT_CODES.unexpected);
});

process.exitCode = await runNexus(process.argv.slice(2), {
  openStore: openEventStore,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  env: process.env,
  signal: stopped.signal,
  now: Date.now,
});
// An input that was not read to its end would keep the process alive.
process.stdin.destroy();
