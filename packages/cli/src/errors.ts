import { NexusError } from '@nexus/shared';

/** The command line itself is wrong. */
export class UsageError extends NexusError<'USAGE', { argument?: string }> {
  readonly code = 'USAGE';
  readonly kind = 'invalid';

  constructor(message: string, details: { argument?: string } = {}) {
    super(message, details);
  }
}

/** A file or stream that is read cannot be: it is absent, damaged, not text, or not in its format. */
export class InputError extends NexusError<'INPUT_UNREADABLE', { source: string; line?: number }> {
  readonly code = 'INPUT_UNREADABLE';
  readonly kind = 'invalid';
}

/** A file or stream that is written cannot be. */
export class OutputError extends NexusError<'OUTPUT_UNWRITABLE', { target: string }> {
  readonly code = 'OUTPUT_UNWRITABLE';
  readonly kind = 'configuration';
}

/** One row of an import is not an event; the others are not touched by that. */
export class RowError extends NexusError<'ROW_INVALID', { rule: string; column?: string }> {
  readonly code = 'ROW_INVALID';
  readonly kind = 'invalid';
}

/** The operator stops the command. */
export class InterruptedError extends NexusError<'INTERRUPTED', { signal: 'SIGINT' | 'SIGTERM' }> {
  readonly code = 'INTERRUPTED';
  readonly kind = 'unavailable';

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`, { signal });
  }
}

/** Whoever reads standard output has enough, as `head` does. Ends the command quietly. */
export class OutputClosedError extends NexusError<'OUTPUT_CLOSED', object> {
  readonly code = 'OUTPUT_CLOSED';
  readonly kind = 'unavailable';
}
