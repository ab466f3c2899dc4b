import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import { refuseUnsafeSchema } from './schemaSafety.ts';

/** Checks a payload; returns its faults, `[]` when it is valid. */
export type CompiledSchema = (payload: JsonValue) => readonly ErrorObject[];

/** Above this size only the first fault is looked for, so that hostile data cannot fill the memory with faults. */
const ALL_FAULTS_TEXT_MAX = 256 * 1024;

const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020_12 = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/**
 * Compiles a JSON Schema, draft-07 or 2020-12 (by its `$schema`; 2020-12 without one). Patterns run on a linear-time
 * engine, references stay within the schema, formats are checked, and a misspelt keyword is refused (except `x-…`).
 *
 * @throws InvalidArgumentError - the schema cannot be compiled or could not be applied in linear time
 */
export function compileSchema(schema: JsonObject): CompiledSchema {
  refuseUnsafeSchema(schema);
  const first = compileWith(schema, { allErrors: false });
  let all: ReturnType<typeof compileWith> | undefined;
  return (payload) => {
    if (first(payload)) return [];
    if (JSON.stringify(payload).length > ALL_FAULTS_TEXT_MAX) return first.errors ?? [];
    all ??= compileWith(schema, { allErrors: true });
    all(payload);
    return all.errors ?? [];
  };
}

function compileWith(schema: JsonObject, options: Options) {
  const ajv = new (dialectOf(schema))({
    ...options,
    verbose: true,
    strictTypes: false,
    strictTuples: false,
    allowMatchingProperties: true,
    logger: false,
    code: { regExp: linearRegExp },
  });
  addFormats.default(ajv);
  ajv.addVocabulary(ownKeywords(schema));
  try {
    return ajv.compile(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError('schema', `cannot be compiled: ${reason}`, { cause: error });
  }
}

function dialectOf(schema: JsonObject): typeof Ajv | typeof Ajv2020 {
  const dialect = schema.$schema;
  if (dialect === undefined || (typeof dialect === 'string' && DRAFT_2020_12.test(dialect))) return Ajv2020;
  if (typeof dialect === 'string' && DRAFT_07.test(dialect)) return Ajv;
  throw new InvalidArgumentError('schema', '/$schema must name JSON Schema draft-07 or 2020-12');
}

const linearRegExp: NonNullable<NonNullable<Options['code']>['regExp']> = Object.assign(
  (pattern: string) => RE2JS.compile(RE2JS.translateRegExp(pattern)),
  { code: 'linearRegExp' },
);

/** Keywords such as `x-nexus-pii`, which annotate and never decide. */
function ownKeywords(schema: JsonValue, found: Set<string> = new Set()): string[] {
  if (Array.isArray(schema)) {
    for (const item of schema) ownKeywords(item, found);
  } else if (typeof schema === 'object' && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      if (key.startsWith('x-')) found.add(key);
      ownKeywords(value, found);
    }
  }
  return [...found];
}
