import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { openEventStore } from '@nexus/adapters';
import type { EventStorePort, GovernedEventStore } from '@nexus/shared';
import { onTestFinished } from 'vitest';
import type { CommandContext, TextOutput } from '../CommandContext.ts';
import { runNexus } from '../runNexus.ts';

/** The configuration of the order sample, for `NEXUS_CONFIG`. */
export const SAMPLE_CONFIG: string = join(import.meta.dirname, '../../../../nexus.config.json');

/** A stream that keeps what is written to it. */
export class Kept extends Writable {
  text = '';
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText?: (text: string) => void) {
    super({ decodeStrings: false });
    this.#onText = onText;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    this.#onText?.(this.text);
    done();
  }

  get lines(): string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }
}

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly stdin?: string | Readable;
  /** Default: a folder without `nexus.config.json`. */
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly stdout?: TextOutput;
  readonly stderr?: TextOutput;
  readonly now?: () => number;
  readonly openStore?: CommandContext['openStore'];
}

/** Runs a command within this process. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stdout = options.stdout ?? new Kept();
  const stderr = options.stderr ?? new Kept();
  const { stdin = '' } = options;
  const code = await runNexus(args, {
    openStore: options.openStore ?? openEventStore,
    stdin: typeof stdin === 'string' ? Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]) : stdin,
    stdout,
    stderr,
    cwd: options.cwd ?? tmpdir(),
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    now: options.now ?? Date.now,
  });
  return { code, out: (stdout as Kept).text, err: (stderr as Kept).text };
}

/** A folder of the running test's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a store for a moment, to prepare it or to look into it. */
export async function inStore<Result>(
  url: string,
  use: (store: GovernedEventStore) => Promise<Result>,
): Promise<Result> {
  const store = await openEventStore(url, { rateLimiter: null });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Ids, versions and times of an aggregate's events, whatever else they hold. */
export async function versionsOf(store: EventStorePort, aggregateId: string): Promise<(string | number)[][]> {
  const events = await store.getEvents(aggregateId);
  return events.map(({ aggregateVersion, eventType, timestamp }) => [aggregateVersion, eventType, timestamp]);
}

/** The error that a machine reads from standard error. */
export function errorOf({ err }: CliResult): { code: string; message: string; details: Record<string, unknown> } {
  return JSON.parse(err.trim().split('\n').at(-1) ?? '').error;
}

/** An event as JSON, complete. */
export function eventJson(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    eventId: 'e1',
    eventType: 'OrderPlaced',
    aggregateId: 'order-1',
    aggregateVersion: 1,
    timestamp: '2026-01-31T12:00:00.000Z',
    payload: { total: 12.5 },
    metadata: {},
    ...fields,
  });
}
