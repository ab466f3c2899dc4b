import { FileAuditLog } from '@nexus/adapters/embedded';
import type { GovernedEventStoreOptions, LoggerPort } from '@nexus/shared';
import type { NexusConfig } from './config/NexusConfig.ts';

const MS_PER_SECOND = 1_000;

/** The audit log of a store, in the form that a store takes. */
export interface OpenAuditLog {
  /** Empty where the audit records go to the structured log. */
  readonly options: Pick<GovernedEventStoreOptions, 'auditLog'>;
  /** To be called when the store is closed. */
  close(): Promise<void>;
}

/**
 * Nothing is made on disk before the first record.
 *
 * @param folder - `undefined`: the records go to the structured log
 * @throws ConfigurationError
 */
export function openAuditLog(
  folder: string | undefined,
  { audit = {} }: NexusConfig,
  logger: LoggerPort,
): OpenAuditLog {
  if (folder === undefined) return { options: {}, close: async () => {} };
  const { fileBytesMax, sealSeconds } = audit;
  const auditLog = new FileAuditLog({
    folder,
    logger,
    ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
    ...(sealSeconds === undefined ? {} : { sealEveryMs: sealSeconds * MS_PER_SECOND }),
  });
  return { options: { auditLog }, close: () => auditLog.close() };
}
