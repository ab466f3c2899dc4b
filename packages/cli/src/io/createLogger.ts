import type { LoggerPort } from '@nexus/shared';
import { pino } from 'pino';
import type { CommandContext } from '../CommandContext.ts';
import { UsageError } from '../errors.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** The structured log, as JSON lines on standard error. `NEXUS_LOG_LEVEL` goes before `level`. */
export function createLogger({ env, stderr }: CommandContext, level: string): LoggerPort {
  const chosen = env.NEXUS_LOG_LEVEL || level;
  if (!LEVELS.includes(chosen)) {
    throw new UsageError(`NEXUS_LOG_LEVEL is ${chosen}; use one of ${LEVELS.join(', ')}`, {
      argument: 'NEXUS_LOG_LEVEL',
    });
  }
  return pino({ name: 'nexus', level: chosen }, { write: (line) => void stderr.write(line) });
}
