import { openEventStore } from '@nexus/adapters';
import { InterruptedError } from './errors.ts';
import { runNexus } from './runNexus.ts';

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second signal ends the process at once.
  process.once(signal, () => stopped.abort(new InterruptedError(signal)));
}

process.exitCode = await runNexus(process.argv.slice(2), {
  openStore: openEventStore,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: stopped.signal,
  now: Date.now,
});
// An input that was not read to its end would keep the process alive.
process.stdin.destroy();
