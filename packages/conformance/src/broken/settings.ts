import type {
  AuditLogPort,
  GovernedEventStoreOptions,
  PolicyDecision,
  PolicyPort,
  SchemaRegistryPort,
} from '@nexus/shared';
import type { BrokenSettings } from './BrokenSettings.ts';

type Options = GovernedEventStoreOptions;

const CONSENT: PolicyDecision = { decision: 'allow', engine: 'none', revision: '1:0', matched: [], denials: [] };

function withRegistry(options: Options, change: (registry: SchemaRegistryPort) => SchemaRegistryPort): Options {
  const { schemaRegistry } = options;
  return schemaRegistry === undefined ? options : { ...options, schemaRegistry: change(schemaRegistry) };
}

function withPolicy(options: Options, decide: (policy: PolicyPort) => PolicyPort['decide']): Options {
  const { policy } = options;
  return policy === undefined ? options : { ...options, policy: { decide: decide(policy) } };
}

function withAuditLog(options: Options, record: (auditLog: AuditLogPort) => AuditLogPort['record']): Options {
  const { auditLog } = options;
  return auditLog === undefined ? options : { ...options, auditLog: { record: record(auditLog) } };
}

/** Stores that are opened with other rules, clocks and logs than they were given, or that ask them badly. */
export const brokenSettings: readonly BrokenSettings[] = [
  {
    name: 'checks no schema',
    caughtBy: '8.invalid-payload',
    change: ({ schemaRegistry: _, ...options }) => options,
  },
  { name: 'asks no policies', caughtBy: '8.denied', change: ({ policy: _, ...options }) => options },
  {
    name: 'observes where it should enforce',
    caughtBy: '8.one-invalid-refuses-all',
    change: (options) => ({ ...options, mode: 'observe' }),
  },
  {
    name: 'enforces where it should observe',
    caughtBy: '8.observe-stores-and-tells',
    change: (options) => ({ ...options, mode: 'enforce' }),
  },
  {
    name: 'audits no refusal',
    caughtBy: '7.refusals-are-audited',
    change: ({ auditLog: _, ...options }) => options,
  },
  {
    name: 'audits no query',
    caughtBy: '8.queries-are-audited',
    change: ({ auditLog: _, ...options }) => options,
  },
  {
    name: 'answers before the audit log has it',
    caughtBy: '7.refusals-are-audited-before-the-answer',
    change: (options) =>
      withAuditLog(options, (auditLog) => async (entry) => {
        auditLog.record(entry).catch(() => {});
      }),
  },
  {
    name: 'shows what is not on record',
    caughtBy: '8.unaudited-query-shows-nothing',
    change: (options) => withAuditLog(options, (auditLog) => (entry) => auditLog.record(entry).catch(() => {})),
  },
  {
    name: 'forgets that it is governed',
    caughtBy: '8.governed-store-needs-its-rules',
    change: (options) => ({ ...options, ungoverned: true }),
  },
  {
    name: 'limits no queries',
    caughtBy: '5.ten-queries-a-minute',
    change: (options) => ({ ...options, rateLimiter: null }),
  },
  {
    name: 'has a clock of its own',
    caughtBy: '0.future-at-its-bound',
    change: ({ clock: _, ...options }) => options,
  },
  {
    name: 'stores types that the registry does not know',
    caughtBy: '8.unknown-refused',
    change: (options) => ({ ...options, unknownTypes: 'allow' }),
  },
  {
    name: 'checks against the latest version only',
    caughtBy: '8.named-version',
    change: (options) => withRegistry(options, (registry) => ({ getSchema: (type) => registry.getSchema(type) })),
  },
  {
    name: 'takes a registry that is away for one that knows nothing',
    caughtBy: '8.failing-registry',
    change: (options) => ({
      ...withRegistry(options, (registry) => ({
        getSchema: async (...named) => {
          try {
            return await registry.getSchema(...named);
          } catch {
            return undefined;
          }
        },
      })),
      unknownTypes: 'allow',
    }),
  },
  {
    name: 'takes an engine that is away for consent',
    caughtBy: '8.failing-engine',
    change: (options) =>
      withPolicy(options, (policy) => async (request) => {
        try {
          return await policy.decide(request);
        } catch {
          return CONSENT;
        }
      }),
  },
  {
    name: 'waits for an engine for ever',
    caughtBy: '8.hanging-engine',
    change: (options) => ({ ...options, governanceTimeoutMs: 2 ** 31 - 1 }),
  },
  {
    name: 'asks the policies about the first event only',
    caughtBy: '8.policy-sees-the-whole-append',
    change: (options) =>
      withPolicy(
        options,
        (policy) => (request) =>
          policy.decide(request.action === 'append' ? { ...request, events: request.events.slice(0, 1) } : request),
      ),
  },
  {
    name: 'tells everybody what is stored',
    caughtBy: '8.replay-is-no-oracle',
    change: (options) =>
      withPolicy(options, (policy) => (request) => (request.action === 'read' ? CONSENT : policy.decide(request))),
  },
  {
    name: 'believes the metadata about who appends',
    caughtBy: '8.principal-decides',
    change: (options) =>
      withPolicy(options, (policy) => (request) => {
        if (request.action !== 'append') return policy.decide(request);
        const { roles = [] } = (request.events[0]?.metadata ?? {}) as { roles?: readonly string[] };
        return policy.decide({ ...request, principal: { ...request.principal, roles } });
      }),
  },
  {
    name: 'lifts nothing',
    caughtBy: '8.lifted-on-every-read',
    change: (options) =>
      withRegistry(options, (registry) => ({ getSchema: (type, version) => registry.getSchema(type, version) })),
  },
  {
    name: 'keeps event ids unique in the store unasked',
    caughtBy: '0.event-ids-repeat-across-appends',
    change: (options) => ({ ...options, uniqueEventIds: 'store' }),
  },
];
