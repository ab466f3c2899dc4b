import {
  type Clock,
  ConfigurationError,
  checkOptionNames,
  type LoggerPort,
  type PolicyDecision,
  type PolicyPort,
  type PolicyRequest,
  SILENT_LOGGER,
  SYSTEM_CLOCK,
} from '@nexus/shared';
import { explainRequest, type PolicyExplanation } from './cel/explainRequest.ts';
import type { PolicyWarning } from './cel/Policy.ts';
import { ENGINE, PolicySet } from './cel/PolicySet.ts';
import { readPolicyFolder } from './cel/readPolicyFolder.ts';
import { warningsOf } from './cel/warningsOf.ts';
import { watchFolder } from './cel/watchFolder.ts';

/** Sets whose source is kept. */
const REVISIONS_MAX = 32;

export interface CelPolicyEngineOptions {
  /** Where the policies are: its `*.yaml` and `*.yml`, also in sub-folders, but for `*.test.yaml`. */
  readonly folder: string;
  /** Whether edits of the folder come into force while the process runs. Default: false. */
  readonly watch?: boolean;
  /** Told of every new set, and of edits that are broken. Default: nobody. */
  readonly logger?: LoggerPort;
  /** For the pause between an edit and its reading. Default: the system's. */
  readonly clock?: Clock;
  /** The event types that there are, so that `warnings` tells of others. Default: not checked. */
  readonly knownEventTypes?: readonly string[];
}

/** What is said of a policy that is in force. */
export interface PolicySummary {
  readonly name: string;
  readonly file: string;
  readonly validationActions: readonly ['Deny' | 'Audit'];
  readonly matchConditions: number;
  readonly variables: number;
  readonly validations: number;
}

/**
 * Decides by policies in CEL, in this process, in the form of Kubernetes' ValidatingAdmissionPolicy. Every policy that
 * matches an event must hold for it; where none matches, the append is allowed. What cannot be evaluated is denied.
 */
export class CelPolicyEngine implements PolicyPort {
  readonly #options: CelPolicyEngineOptions | undefined;
  readonly #logger: LoggerPort;
  readonly #sources = new Map<string, string>();
  #set: PolicySet;
  #warnings: readonly PolicyWarning[] | undefined;
  #stopWatching: (() => void) | undefined;

  /**
   * Loads the policies at once.
   *
   * @throws ConfigurationError - a policy cannot be taken; names file, line, column, policy, field and remedy
   */
  constructor(options: CelPolicyEngineOptions | { readonly source: string }) {
    const fromFolder = 'source' in options ? undefined : checked(options);
    this.#options = fromFolder;
    this.#logger = fromFolder?.logger ?? SILENT_LOGGER;
    this.#set =
      'source' in options ? PolicySet.fromSource(options.source) : new PolicySet(readPolicyFolder(options.folder));
    this.#keep(this.#set);
    if (fromFolder !== undefined && this.#set.policies.length === 0) {
      this.#logger.warn({ folder: fromFolder.folder }, 'the folder holds no policy, so that everything is allowed');
    }
    if (fromFolder?.watch === true) this.#stopWatching = this.#watch(fromFolder);
  }

  /**
   * An engine of the policies that a revision names, to explain what it decided.
   *
   * @param text - what {@link CelPolicyEngine.source} gave
   * @throws ConfigurationError - it is not such a text
   */
  static fromSource(text: string): CelPolicyEngine {
    return new CelPolicyEngine({ source: text });
  }

  /** Digest of the policies that are in force. */
  get revision(): string {
    return this.#set.revision;
  }

  /** The policies that are in force, by name. */
  get policies(): readonly PolicySummary[] {
    return this.#set.policies.map(({ policy, document }) => ({
      name: policy.name,
      file: document.file,
      validationActions: [policy.validationAction],
      matchConditions: policy.matchConditions.length,
      variables: policy.variables.length,
      validations: policy.validations.length,
    }));
  }

  /** What is lawful in the policies in force, and hardly meant. */
  get warnings(): readonly PolicyWarning[] {
    this.#warnings ??= warningsOf(this.#set, this.#options);
    return this.#warnings;
  }

  /**
   * Decides without I/O. Denials are in the order of the events, then of the policies' names; at most 100. At once without
   * options; with them, what takes long lets others run in between.
   *
   * @throws the signal's reason - it aborted
   */
  decide(request: PolicyRequest): PolicyDecision;
  decide(request: PolicyRequest, options?: { readonly signal?: AbortSignal }): PolicyDecision | Promise<PolicyDecision>;
  decide(
    request: PolicyRequest,
    options?: { readonly signal?: AbortSignal },
  ): PolicyDecision | Promise<PolicyDecision> {
    return options === undefined ? this.#set.decide(request) : this.#set.decideInTurns(request, options.signal);
  }

  /** Says of every policy whether it applies to a request, and what its expressions give. */
  explain(request: PolicyRequest): PolicyExplanation {
    return explainRequest(this.#set, request);
  }

  /** Canonical JSON of the policies that a revision names: the one in force, or one of the 31 before it. */
  source(revision: string): string | undefined {
    return this.#sources.get(revision);
  }

  /**
   * Reads the folder again. The new policies come into force together, or not at all. A folder that has lost all its
   * policies is refused: it looks like one that is being replaced, and only a new engine takes it at its word.
   *
   * @throws ConfigurationError - they cannot be taken: those before stay in force
   */
  reload(): void {
    if (this.#options === undefined) return;
    let next: PolicySet;
    try {
      next = this.#read(this.#options.folder);
    } catch (error) {
      const { message } = error as Error;
      this.#logger.error({ engine: ENGINE, revision: this.revision, reason: message }, 'policies stay as they were');
      throw error;
    }
    if (next.revision === this.revision) return;
    const before = this.revision;
    this.#set = next;
    this.#warnings = undefined;
    this.#keep(next);
    this.#logger.info({ engine: ENGINE, before, revision: next.revision }, 'policies changed');
  }

  /** Stops watching. The policies stay in force. */
  close(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  #read(folder: string): PolicySet {
    const set = new PolicySet(readPolicyFolder(folder));
    if (set.policies.length > 0 || this.#set.policies.length === 0) return set;
    throw new ConfigurationError('policies', `${folder} has lost all its policies; start anew if that is meant`);
  }

  #keep({ revision, source }: PolicySet): void {
    this.#sources.delete(revision);
    this.#sources.set(revision, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > REVISIONS_MAX && oldest !== undefined) this.#sources.delete(oldest);
  }

  #watch({ folder, clock = SYSTEM_CLOCK }: CelPolicyEngineOptions): () => void {
    return watchFolder(folder, clock, this.#logger, () => {
      try {
        this.reload();
      } catch {
        // reload has logged it, and the policies before stay in force.
      }
    });
  }
}

function checked(options: CelPolicyEngineOptions): CelPolicyEngineOptions {
  checkOptionNames(options, ['folder', 'watch', 'logger', 'clock', 'knownEventTypes']);
  if (typeof options.folder === 'string' && options.folder !== '') return options;
  throw new ConfigurationError('folder', 'folder must name the folder of the policies');
}
