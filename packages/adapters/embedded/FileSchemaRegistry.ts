import {
  bundleSchema,
  type CompatibilityLevel,
  type CompatibilityLevels,
  ConfigurationError,
  checkExamples,
  checkLevels,
  checkOptionNames,
  compareUtf8,
  copySchema,
  InvalidArgumentError,
  isNexusError,
  type JsonObject,
  levelOf,
  type RegisteredSchema,
  type RegisterOptions,
  SchemaHistory,
  type SchemaRegistry,
} from '@nexus/shared';
import { type SchemaFile, SchemaFolder } from './schemas/SchemaFolder.ts';

export interface FileSchemaRegistryOptions {
  /** Holds `<event type>/<version>.json`, names encoded by `encodeName`. Made by the first `register`. */
  readonly folder: string;
  /** Default: `BACKWARD` for every type. */
  readonly compatibility?: CompatibilityLevels;
}

interface LoadedHistory {
  readonly history: SchemaHistory;
  /** The files' content when it was loaded. */
  readonly fingerprint: string;
}

/** Types whose histories are kept at hand. */
const TYPES_MAX = 10_000;

/**
 * A registry in a folder, fit for version control: `schemas/<event type>/<n>.json`, and beside it what belongs to the
 * version: `<n>.up.jsonata` and `<n>.down.jsonata` (rules from and to the version before), `<n>.examples.json` (their
 * tests), `<n>.registered.json` (written by `register`: digest and compatibility level of that time).
 *
 * A version that was put there by hand is active if it keeps its level. One that was registered stays active whatever
 * the level becomes, and is refused when its text has changed since.
 */
export class FileSchemaRegistry implements SchemaRegistry {
  readonly #folder: SchemaFolder;
  readonly #levels: CompatibilityLevels;
  readonly #loaded = new Map<string, LoadedHistory>();

  /** @throws ConfigurationError - `folder` is no folder, or a compatibility level is none */
  constructor({ folder, compatibility = {} }: FileSchemaRegistryOptions) {
    if (typeof folder !== 'string' || folder === '') {
      throw new ConfigurationError('folder', 'folder must name the folder of the schemas');
    }
    this.#folder = new SchemaFolder(folder);
    this.#levels = checkLevels(compatibility);
  }

  levelOf(eventType: string): CompatibilityLevel {
    return levelOf(this.#levels, eventType);
  }

  async listTypes(): Promise<readonly string[]> {
    return [...this.#folder.types()].sort(compareUtf8);
  }

  /** @throws ConfigurationError - a file is no schema, or has changed since it was registered */
  async listVersions(eventType: string): Promise<readonly RegisteredSchema[]> {
    return (await this.#history(eventType)).versions;
  }

  /** @throws ConfigurationError - a file is no schema, or has changed since it was registered */
  async getSchema(eventType: string, version?: string): Promise<RegisteredSchema | undefined> {
    return (await this.#history(eventType)).find(version);
  }

  /**
   * Writes the schema as the latest version of the type, with its rules, which must be JSONata here. The same text again
   * changes nothing.
   *
   * @param options.version - must be the next number, where it is given
   * @throws SchemaIncompatibleError, InvalidArgumentError - nothing is written
   */
  async register(eventType: string, schema: JsonObject, options: RegisterOptions = {}): Promise<RegisteredSchema> {
    this.#folder.make();
    const proposed = await this.propose(eventType, schema, options);
    const { versions, level } = await this.#history(eventType);
    if (versions.includes(proposed)) return proposed;
    const source = this.#folder.named(eventType, copySchema(schema));
    this.#folder.write(source, proposed, { level, before: versions.map(({ version }) => version) });
    return proposed;
  }

  async propose(eventType: string, schema: JsonObject, options: RegisterOptions = {}): Promise<RegisteredSchema> {
    const history = await this.#history(eventType);
    const proposed = history.propose(this.#bundle(this.#folder.named(eventType, copySchema(schema))), options);
    if (history.versions.includes(proposed)) return proposed;
    this.#folder.refuseVersion(proposed.version, history.versions);
    const faults = await checkExamples(history.find(), proposed);
    if (faults.length > 0) throw new InvalidArgumentError('examples', faults.join('; '));
    return proposed;
  }

  async #history(eventType: string): Promise<SchemaHistory> {
    const files = this.#folder.read(eventType).map((file) => ({ ...file, schema: this.#bundleFile(eventType, file) }));
    const fingerprint = JSON.stringify(files);
    const known = this.#loaded.get(eventType);
    if (known?.fingerprint === fingerprint) return known.history;
    const kept = files.map(({ registered, ...file }) =>
      registered === undefined ? file : { ...file, registeredUnder: registered.level },
    );
    const history = new SchemaHistory(eventType, this.levelOf(eventType), kept);
    for (const [index, { registered }] of files.entries()) refuseChanged(history.versions[index], registered?.digest);
    await refuseBrokenExamples(history);
    if (this.#loaded.size >= TYPES_MAX) this.#loaded.clear();
    this.#loaded.set(eventType, { history, fingerprint });
    return history;
  }

  #bundleFile(eventType: string, { version, schema }: SchemaFile): JsonObject {
    try {
      return this.#bundle(schema);
    } catch (cause) {
      if (!isNexusError(cause, 'INVALID_ARGUMENT')) throw cause;
      const message = `Version ${version} of ${eventType} cannot be used: ${cause.message}`;
      throw new ConfigurationError('schemas', message, { cause });
    }
  }

  #bundle(schema: JsonObject): JsonObject {
    return bundleSchema(schema, (name, version) => this.#folder.schemaOf(name, version));
  }
}

/** The provider `file` of `SchemaRegistryFactory`. @throws ConfigurationError */
export function createFileSchemaRegistry(options: Readonly<Record<string, unknown>>): FileSchemaRegistry {
  checkOptionNames(options, ['folder', 'compatibility']);
  return new FileSchemaRegistry(options as unknown as FileSchemaRegistryOptions);
}

function refuseChanged(loaded: RegisteredSchema | undefined, digest: string | undefined): void {
  if (loaded === undefined || digest === undefined || loaded.digest === digest) return;
  const { eventType, version } = loaded;
  const message = `Version ${version} of ${eventType} has changed since it was registered: its digest was ${digest}, and is ${loaded.digest}; restore the file, and register the change as a new version`;
  throw new ConfigurationError('schemas', message);
}

async function refuseBrokenExamples({ eventType, versions }: SchemaHistory): Promise<void> {
  const active = versions.filter(({ inactive }) => inactive === undefined);
  for (const [index, schema] of active.entries()) {
    const [fault] = await checkExamples(active[index - 1], schema);
    if (fault === undefined) continue;
    throw new ConfigurationError('schemas', `The rules of version ${schema.version} of ${eventType} fail: ${fault}`);
  }
}
