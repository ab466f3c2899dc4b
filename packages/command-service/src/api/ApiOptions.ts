import {
  type Clock,
  type EventStorePort,
  type LoggerPort,
  type Principal,
  SILENT_LOGGER,
  SYSTEM_CLOCK,
} from '@nexus/shared';

export interface ApiOptions {
  /** Who created it closes it, after the api. Without `subscribeToStream` the feed answers 501. */
  readonly store: EventStorePort;
  /**
   * Who acts. Nothing authenticates a request yet, so every request is this one principal, and all of them share its
   * limit of temporal queries. Default: `local`, without roles.
   */
  readonly principal?: Principal;
  /** Default: silent. */
  readonly logger?: LoggerPort;
  /** Default: the system's. */
  readonly clock?: Clock;
  /**
   * Most bytes of a request's body. Default: twice what the store takes in one append, as JSON may be written more
   * loosely than the canonical JSON that the store counts, but at most 64 MiB.
   */
  readonly bodyLimitBytes?: number;
  /** Wait between two comments on an otherwise silent feed, in ms. Default: 15,000. */
  readonly heartbeatMs?: number;
  /** Most feeds that are followed at a time. Default: 100. */
  readonly feedsMax?: number;
  /** How long readiness waits for the store, in ms. Default: 2,000. */
  readonly readyTimeoutMs?: number;
  /**
   * How long `close` lets clients receive what they asked for, in ms, before it breaks their connections. Appends are
   * finished however long they take. Default: 10,000.
   */
  readonly shutdownGraceMs?: number;
  /** Makes the ids that tie an unexpected error's answer to its log entry. Default: random UUIDs. */
  readonly newId?: () => string;
}

/** {@link ApiOptions} with every default filled in. */
export type ApiSettings = Required<ApiOptions>;

const BODY_BYTES_MAX = 64 * 1024 * 1024;
const LOCAL: Principal = Object.freeze({ id: 'local', roles: Object.freeze([]), client: 'local' });

export function settingsOf(options: ApiOptions): ApiSettings {
  return {
    store: options.store,
    principal: options.principal ?? LOCAL,
    logger: options.logger ?? SILENT_LOGGER,
    clock: options.clock ?? SYSTEM_CLOCK,
    bodyLimitBytes: options.bodyLimitBytes ?? Math.min(2 * options.store.capabilities.appendBytesMax, BODY_BYTES_MAX),
    heartbeatMs: options.heartbeatMs ?? 15_000,
    feedsMax: options.feedsMax ?? 100,
    readyTimeoutMs: options.readyTimeoutMs ?? 2_000,
    shutdownGraceMs: options.shutdownGraceMs ?? 10_000,
    newId: options.newId ?? (() => crypto.randomUUID()),
  };
}
