import type { Readable, Writable } from 'node:stream';
import type { GovernedEventStore, GovernedEventStoreOptions } from '@nexus/shared';

/** A stream that may be a terminal. */
export type TextOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that a command touches beside its arguments, so that it can run within another process too. */
export interface CommandContext {
  readonly openStore: (url: string, options: GovernedEventStoreOptions) => Promise<GovernedEventStore>;
  readonly stdin: Readable;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** The working folder, where `nexus.config.json` is looked for. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Stops the command cleanly. Its reason says why, as an `InterruptedError`. */
  readonly signal: AbortSignal;
  /** ms since 1970. */
  readonly now: () => number;
}
