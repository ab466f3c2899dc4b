import { mkdirSync, opendirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  ConfigurationError,
  InvalidArgumentError,
  isNexusError,
  type JsonObject,
  type RegisteredSchema,
  type UpcastExample,
} from '@nexus/shared';
import { decodeName, encodeName } from '../encodeName.ts';
import { readJsonFile, readTextFile } from './readFiles.ts';
import { writeVersion } from './writeVersion.ts';

/** What `<n>.registered.json` says. */
interface Registration {
  readonly digest: string;
  readonly level: CompatibilityLevel;
}

/** A version as its files hold it. */
export interface SchemaFile {
  readonly version: string;
  readonly schema: JsonObject;
  readonly up?: string;
  readonly down?: string;
  readonly examples?: readonly UpcastExample[];
  readonly registered?: Registration;
}

/** Names the event type in the schema, where the folder's name is too short for it. */
const TRUE_NAME = 'x-nexus-event-type';
const DIGEST = /^1:[0-9a-f]{64}$/;
const VERSION_FILE = /^([1-9]\d{0,8})\.json$/;

/** The files of a `FileSchemaRegistry`. Knows nothing of what makes a version active. */
export class SchemaFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws ConfigurationError - the folder is not there, or cannot be read */
  types(): string[] {
    return this.#entries(this.#folder).flatMap((name) => {
      if (name.startsWith('.')) return [];
      const [first] = this.#versionsIn(join(this.#folder, name));
      if (first === undefined) return [];
      return [decodeName(name) ?? this.#trueName(name, first)];
    });
  }

  /** The versions, oldest first; none for a type that has no folder. @throws ConfigurationError */
  read(eventType: string): SchemaFile[] {
    this.#refuseUnreadable();
    const folder = this.#folderOf(eventType);
    return this.#versionsIn(folder).map((version) => readVersion(folder, version));
  }

  schemaOf(name: string, version: string): JsonObject | undefined {
    const folder = this.#folderOf(name);
    return this.#versionsIn(folder).includes(version) ? readSchema(folder, version) : undefined;
  }

  /** The schema as it is written: with the type's name where the folder's cannot say it. */
  named(eventType: string, schema: JsonObject): JsonObject {
    return decodeName(encodeName(eventType)) === eventType ? schema : { ...schema, [TRUE_NAME]: eventType };
  }

  /** @throws InvalidArgumentError - a version of this registry is a number above all that there are */
  refuseVersion(version: string, existing: readonly RegisteredSchema[]): void {
    const last = Number(existing.at(-1)?.version ?? 0);
    if (VERSION_FILE.test(`${version}.json`) && Number(version) > last) return;
    throw new InvalidArgumentError('version', `must be a number above ${last} in a folder of schemas, not ${version}`);
  }

  /**
   * @param context.before - the versions that the proposed one was compared with
   * @throws InvalidArgumentError - another process has registered a version meanwhile
   * @throws ConfigurationError - the files cannot be written
   */
  write(
    source: JsonObject,
    proposed: RegisteredSchema,
    { level, before }: { readonly level: CompatibilityLevel; readonly before: readonly string[] },
  ): void {
    refuseFunctions(proposed);
    const folder = this.#folderOf(proposed.eventType);
    const refuseOthers = (): void => this.#refuseOthers(folder, [...before, proposed.version]);
    try {
      mkdirSync(folder, { recursive: true });
      writeVersion(folder, proposed, { source, level, refuseOthers });
    } catch (cause) {
      if (isNexusError(cause)) throw cause;
      throw new ConfigurationError('schemas', `${folder} cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  /** A version that came meanwhile was not compared with this one, nor this one with it. */
  #refuseOthers(folder: string, expected: readonly string[]): void {
    const other = this.#versionsIn(folder).find((version) => !expected.includes(version));
    if (other === undefined) return;
    throw new InvalidArgumentError(
      'version',
      `must follow version ${other}, which was written meanwhile; register again`,
    );
  }

  /** Creates the folder for the first registration. @throws ConfigurationError */
  make(): void {
    try {
      mkdirSync(this.#folder, { recursive: true });
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new ConfigurationError('schemas', `The folder of schemas cannot be made: ${reason}`, { cause });
    }
  }

  #folderOf(eventType: string): string {
    return join(this.#folder, encodeName(eventType));
  }

  /** Without listing it, which takes long where there are many types. */
  #refuseUnreadable(): void {
    try {
      opendirSync(this.#folder).closeSync();
    } catch (cause) {
      throw unreadable(this.#folder, cause);
    }
  }

  #entries(folder: string): string[] {
    try {
      return readdirSync(folder).sort();
    } catch (cause) {
      throw unreadable(folder, cause);
    }
  }

  /** As texts, ascending by number. */
  #versionsIn(folder: string): string[] {
    try {
      const versions = readdirSync(folder).flatMap((name) => VERSION_FILE.exec(name)?.[1] ?? []);
      return versions.sort((left, right) => Number(left) - Number(right));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw unreadable(folder, cause);
    }
  }

  #trueName(folderName: string, version: string): string {
    const folder = join(this.#folder, folderName);
    const name = readSchema(folder, version)[TRUE_NAME];
    if (typeof name === 'string' && encodeName(name) === folderName) return name;
    const remedy = `rename it, or say ${TRUE_NAME} in its schemas`;
    throw new ConfigurationError('schemas', `The folder ${folder} is not the encoded name of an event type; ${remedy}`);
  }
}

function unreadable(folder: string, cause: unknown): ConfigurationError {
  const reason = (cause as Error).message;
  return new ConfigurationError('schemas', `The folder of schemas ${folder} cannot be read: ${reason}`, { cause });
}

function readVersion(folder: string, version: string): SchemaFile {
  const path = (suffix: string): string => join(folder, `${version}.${suffix}`);
  const up = readTextFile(path('up.jsonata'));
  const down = readTextFile(path('down.jsonata'));
  const examples = readJsonFile(path('examples.json')) as readonly UpcastExample[] | undefined;
  const registered = readJsonFile(path('registered.json'));
  return {
    version,
    schema: readSchema(folder, version),
    ...(up === undefined ? {} : { up }),
    ...(down === undefined ? {} : { down }),
    ...(examples === undefined ? {} : { examples: checkExamplesShape(examples, path('examples.json')) }),
    ...(registered === undefined ? {} : { registered: checkRegistration(registered, path('registered.json')) }),
  };
}

function readSchema(folder: string, version: string): JsonObject {
  const file = join(folder, `${version}.json`);
  const schema = readJsonFile(file);
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema as JsonObject;
  throw new ConfigurationError('schemas', `${file} is no JSON Schema: it must hold a JSON object`);
}

/** Whatever else it holds must not pass for a registration, which makes a version active. */
function checkRegistration(content: unknown, file: string): Registration {
  const { digest, level } = (content ?? {}) as Partial<Registration>;
  const isRegistration =
    typeof digest === 'string' && DIGEST.test(digest) && COMPATIBILITY_LEVELS.some((one) => one === level);
  if (isRegistration) return content as Registration;
  const remedy = 'restore it, or remove it, and the version must keep its level';
  throw new ConfigurationError('schemas', `${file} must hold the digest and the level that register wrote; ${remedy}`);
}

function checkExamplesShape(examples: unknown, file: string): readonly UpcastExample[] {
  const isExample = (one: Partial<UpcastExample> | null): boolean =>
    typeof one?.before === 'object' && one.before !== null && typeof one.after === 'object' && one.after !== null;
  if (Array.isArray(examples) && examples.every(isExample)) return examples;
  throw new ConfigurationError('schemas', `${file} must hold an array of { "before": {…}, "after": {…} }`);
}

function refuseFunctions({ up, down }: Pick<RegisteredSchema, 'up' | 'down'>): void {
  const wrong = typeof up === 'function' ? 'up' : typeof down === 'function' ? 'down' : undefined;
  if (wrong === undefined) return;
  throw new InvalidArgumentError(
    wrong,
    'must be a JSONata expression in a folder of schemas; give functions to the store as upcasters',
  );
}
