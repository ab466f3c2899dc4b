import { existsSync } from 'node:fs';
import {
  type GovernedEventStore,
  type GovernedEventStoreOptions,
  type LoggerPort,
  NotFoundError,
  type Principal,
} from '@nexus/shared';
import { openAuditLog } from './auditLog.ts';
import type { CommandContext } from './CommandContext.ts';
import { loadConfig } from './config/loadConfig.ts';
import type { NexusConfig } from './config/NexusConfig.ts';
import { type OpenRules, openRules } from './config/openRules.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { createLogger } from './io/createLogger.ts';
import type { Output } from './io/Output.ts';
import { Progress } from './io/Progress.ts';
import { Table } from './io/Table.ts';

/** Who acts when the command line does. */
export const LOCAL: Principal = Object.freeze({ id: 'local', roles: Object.freeze([]), client: 'nexus-cli' });

/** Scheme of the stores that are one file. */
export const SQLITE = 'sqlite:';

export const DEFAULT_STORE = 'sqlite:./nexus.db';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly store?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export interface StoreSettings extends GovernedEventStoreOptions {
  /** Least level of the log on standard error where `NEXUS_LOG_LEVEL` says none. Default: `silent`. */
  readonly logLevel?: 'silent' | 'info';
  /** Make the store where there is none. Default: false, since a mistyped name must not look like an empty store. */
  readonly create?: boolean;
  /** Which of the configured rules are in force. Default: `read`. */
  readonly rules?: 'none' | 'read' | 'write';
  /** Take up changed policies while the command runs. Default: false. */
  readonly watchRules?: boolean;
  /** Count temporal queries against a limit, as for clients from outside. Default: false. */
  readonly limited?: boolean;
}

/** What a command works with: its context, and the options that every command takes. */
export class Shell {
  readonly context: CommandContext;
  readonly json: boolean;
  readonly storeUrl: string;
  /** What `nexus.config.json` says; empty where there is none. */
  readonly config: NexusConfig;
  readonly out: Output;
  readonly err: Output;
  /** Aborted when the operator stops the command, or when nobody reads its output any more. */
  readonly signal: AbortSignal;

  /** @throws ConfigurationError */
  constructor(context: CommandContext, outputs: { out: Output; err: Output }, options: GlobalOptions) {
    this.context = context;
    this.json = options.json === true;
    this.config = loadConfig(context.cwd, options.config ?? (context.env.NEXUS_CONFIG || undefined));
    this.storeUrl = options.store ?? (context.env.NEXUS_STORE || (this.config.store ?? DEFAULT_STORE));
    this.out = outputs.out;
    this.err = outputs.err;
    this.signal = AbortSignal.any([context.signal, outputs.out.failed]);
  }

  /** Where the store's audit files lie; `undefined` where it has no place of its own, and none is configured. */
  get auditFolder(): string | undefined {
    if (this.config.audit?.folder !== undefined) return this.config.audit.folder;
    return this.storeUrl.startsWith(SQLITE) ? `${this.storeUrl.slice(SQLITE.length)}.audit` : undefined;
  }

  /** Opens the store, and closes it whatever happens. */
  async withStore<Result>(
    use: (store: GovernedEventStore) => Promise<Result>,
    settings: StoreSettings = {},
  ): Promise<Result> {
    const { logLevel = 'silent', limited = false, create = false, rules, watchRules, ...options } = settings;
    if (!create) this.#refuseAbsentStore();
    const logger = createLogger(this.context, logLevel);
    const audit = openAuditLog(this.auditFolder, this.config, logger);
    const opened = await this.#openRules(rules ?? 'read', watchRules === true, logger);
    try {
      const common = { logger, ...audit.options, ...(limited ? {} : { rateLimiter: null }), ...opened.options };
      return await this.#useStore(use, { ...common, ...options });
    } finally {
      await audit.close();
      await opened.close();
    }
  }

  async #useStore<Result>(
    use: (store: GovernedEventStore) => Promise<Result>,
    options: GovernedEventStoreOptions,
  ): Promise<Result> {
    const store = await this.context.openStore(this.storeUrl, options);
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  async #openRules(use: 'none' | 'read' | 'write', watch: boolean, logger: LoggerPort): Promise<OpenRules> {
    return openRules(use === 'none' ? {} : this.config, { use: use === 'write' ? 'write' : 'read', watch, logger });
  }

  #refuseAbsentStore(): void {
    if (!this.storeUrl.startsWith(SQLITE) || existsSync(this.storeUrl.slice(SQLITE.length))) return;
    const message = `There is no store ${this.storeUrl}; name another by --store or NEXUS_STORE, or append to it to make it`;
    throw new NotFoundError(message, { what: `store ${this.storeUrl}` });
  }

  /** A line for people on standard error; nothing for machines. */
  async remark(text: string): Promise<void> {
    if (!this.json) await this.err.line(text);
  }

  /** @param total - of `unit`s; absent where it is not known */
  progress(doing: string, unit: string, total?: number): Progress {
    const { stderr, now } = this.context;
    return new Progress({ stream: stderr, shown: !this.json, now, doing, unit, total });
  }

  table(...heading: string[]): Table {
    const { isTTY, columns } = this.context.stdout;
    return new Table(this.out, heading, isTTY === true ? columns : undefined);
  }
}

/** A command that has nothing else to say than that it is done. */
export const DONE: ExitCode = EXIT_CODES.ok;
