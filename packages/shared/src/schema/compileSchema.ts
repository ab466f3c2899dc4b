import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import { InvalidArgumentError } from '../types/errors.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import { refuseCodeLike, withNullPrototypes } from './nullPrototypes.ts';
import { refuseUnsafeSchema } from './schemaSafety.ts';
import { stateLeastItems } from './stateLeastItems.ts';
import { useLinearUniqueItems } from './useLinearUniqueItems.ts';

/** Checks a payload; returns its faults, `[]` when it is valid. */
export type CompiledSchema = (payload: JsonValue) => readonly ErrorObject[];

/** Above this size only the first fault is looked for, so that hostile data cannot fill the memory with faults. */
const ALL_FAULTS_TEXT_MAX = 256 * 1024;

const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020_12 = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

const WEB_URL = /^(?:https?|ftp):\/\/\S+$/i;

/** The fault of a payload that the schema cannot be applied to. */
const UNCHECKABLE: ErrorObject = {
  keyword: 'uncheckable',
  instancePath: '',
  schemaPath: '#',
  params: {},
  message: 'cannot be checked against its schema',
};

/** What was compiled already: a registered schema is compiled once, whoever needs it. */
const COMPILED = new WeakMap<JsonObject, CompiledSchema>();

/**
 * Compiles a JSON Schema, draft-07 or 2020-12 (by its `$schema`; 2020-12 without one). Patterns run on a linear-time
 * engine, references stay within the schema, formats are checked, and a misspelt keyword is refused (except `x-…`).
 * The same object is compiled once, and must not be changed afterwards.
 *
 * @throws InvalidArgumentError - the schema cannot be compiled or could not be applied in linear time
 */
export function compileSchema(schema: JsonObject): CompiledSchema {
  const known = COMPILED.get(schema);
  if (known !== undefined) return known;
  refuseUnsafeSchema(schema);
  refuseCodeLike(schema);
  const compiled = compileAnew(stateLeastItems(schema));
  COMPILED.set(schema, compiled);
  return compiled;
}

function compileAnew(schema: JsonObject): CompiledSchema {
  // Looking for the first fault alone, ajv does not miss a property whose name is empty.
  const first = compileWith(schema, { allErrors: namesEmptyProperty(schema) });
  let all: ReturnType<typeof compileWith> | undefined;
  const check: CompiledSchema = (payload) => {
    if (first(payload)) return [];
    if (JSON.stringify(payload).length > ALL_FAULTS_TEXT_MAX) return first.errors ?? [];
    all ??= compileWith(schema, { allErrors: true });
    all(payload);
    return all.errors ?? [];
  };
  return (payload) => {
    try {
      return check(payload);
    } catch {
      // Such as a schema that refers to itself without end, or a payload that overrides what ajv calls.
      return [UNCHECKABLE];
    }
  };
}

/** Whether a list of required properties, or one that could be such, has an empty name. */
function namesEmptyProperty(value: JsonValue, key = ''): boolean {
  if (Array.isArray(value)) {
    return (value.includes('') && key !== 'enum') || value.some((item) => namesEmptyProperty(item));
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => namesEmptyProperty(member, name));
}

/** An ajv of its own for each schema, so that two versions may have one `$id`. */
function compileWith(schema: JsonObject, options: Options) {
  const Dialect = dialectOf(schema);
  const ajv = new Dialect({
    ...options,
    verbose: true,
    strictTypes: false,
    strictTuples: false,
    allowMatchingProperties: true,
    validateSchema: false,
    // Without it, what every object inherits would count as its properties.
    ownProperties: true,
    logger: false,
    code: { regExp: linearRegExp, process: withNullPrototypes },
  });
  addFormats.default(ajv);
  // The library's own pattern for it takes quadratic time.
  ajv.addFormat('url', (text: string) => WEB_URL.test(text) && URL.canParse(text));
  useLinearUniqueItems(ajv);
  try {
    ajv.addVocabulary(ownKeywords(schema));
    // It resolves them, and does not know them.
    if (Dialect === Ajv2020) ajv.addKeyword('$anchor');
    refuseInvalid(schema, Dialect);
    return ajv.compile(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError('schema', `cannot be compiled: ${reason}`, { cause: error });
  }
}

type Dialect = typeof Ajv | typeof Ajv2020;

/** The meta-schemas are compiled once for each dialect, which takes longer than most schemas do. */
const META_SCHEMAS = new Map<Dialect, InstanceType<Dialect>>();

function refuseInvalid(schema: JsonObject, Dialect: Dialect): void {
  // Making the code of the meta-schemas smaller would take longer than it saves.
  const meta = META_SCHEMAS.get(Dialect) ?? new Dialect({ strict: false, logger: false, code: { optimize: false } });
  META_SCHEMAS.set(Dialect, meta);
  if (!meta.validateSchema(schema)) throw new SyntaxError(meta.errorsText(meta.errors, { dataVar: 'schema' }));
}

function dialectOf(schema: JsonObject): Dialect {
  const dialect = schema.$schema;
  if (dialect === undefined || (typeof dialect === 'string' && DRAFT_2020_12.test(dialect))) return Ajv2020;
  if (typeof dialect === 'string' && DRAFT_07.test(dialect)) return Ajv;
  throw new InvalidArgumentError('schema', '/$schema must name JSON Schema draft-07 or 2020-12');
}

const linearRegExp: NonNullable<NonNullable<Options['code']>['regExp']> = Object.assign(
  (pattern: string) => RE2JS.compile(RE2JS.translateRegExp(pattern)),
  { code: 'linearRegExp' },
);

const OWN_KEYWORD = /^x-[\w:-]+$/;

/** Keywords such as `x-nexus-pii`, which annotate and never decide. */
function ownKeywords(schema: JsonValue, found: Set<string> = new Set()): string[] {
  if (Array.isArray(schema)) {
    for (const item of schema) ownKeywords(item, found);
  } else if (typeof schema === 'object' && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      if (OWN_KEYWORD.test(key)) found.add(key);
      ownKeywords(value, found);
    }
  }
  return [...found];
}
