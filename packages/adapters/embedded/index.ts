import { SchemaRegistryFactory } from '@nexus/shared';
import { createFileSchemaRegistry } from './FileSchemaRegistry.ts';

export type { AuditFinding, AuditReport } from './audit/AuditFinding.ts';
export type { AuditEntry, AuditLine } from './audit/AuditLine.ts';
export { type LocatedAuditLine, type ReadAuditOptions, readAudit } from './audit/readAudit.ts';
export { type VerifyAuditOptions, verifyAudit } from './audit/verifyAudit.ts';
export { CelPolicyEngine, type CelPolicyEngineOptions, type PolicySummary } from './CelPolicyEngine.ts';
export type { ExpressionOutcome, PolicyExplanation, PolicyOutcome, ValidationOutcome } from './cel/explainRequest.ts';
export type { PolicyWarning } from './cel/Policy.ts';
export {
  type PolicyCoverage,
  type PolicyTestReport,
  type PolicyTestResult,
  runPolicyTests,
} from './cel/policyTests.ts';
export { encodeName } from './encodeName.ts';
export { FileAuditLog, type FileAuditLogOptions } from './FileAuditLog.ts';
export { FileSchemaRegistry, type FileSchemaRegistryOptions } from './FileSchemaRegistry.ts';
export { InMemoryEventStore } from './InMemoryEventStore.ts';
export { InMemoryJournal } from './InMemoryJournal.ts';
export { SqliteEventStore, type SqliteEventStoreOptions } from './SqliteEventStore.ts';
export { SqliteJournal, type SqliteJournalOptions } from './SqliteJournal.ts';
export type { BackupOptions, BackupProgress } from './sqlite/backup.ts';
export { restoreSqlite } from './sqlite/restoreSqlite.ts';
export type { SqliteWriterStats } from './sqlite/WriterClient.ts';

// Importing this module registers its providers, as a driver of Go's database/sql does; see `sideEffects`.
SchemaRegistryFactory.register('file', createFileSchemaRegistry);
