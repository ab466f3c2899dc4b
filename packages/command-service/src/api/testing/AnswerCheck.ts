import { compileSchema, type JsonObject, type JsonValue } from '@nexus/shared';
import { documentedCodes } from './documentedCodes.ts';
import type { FuzzAnswer, FuzzRequest } from './FuzzRequest.ts';
import { type OpenApiDocument, resolved } from './openApiDocument.ts';

const CODES = documentedCodes();
const UNAVAILABLE: ReadonlySet<number> = new Set([501, 503, 504]);
const MEMBERS = ['type', 'title', 'status', 'detail', 'code', 'retryable', 'details'];

/** What a stack trace, or a path of this machine, has in it, within a JSON text. */
const INSIDE = /\\n\s+at |node_modules|node:internal|file:\/\/|\.[cm]?[jt]s:\d/;

/** Compares answers with what the docs and the OpenAPI document promise. */
export class AnswerCheck {
  readonly #document: OpenApiDocument;
  readonly #schemas = new Map<string, JsonObject>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /** What is wrong with the answer; `[]` when nothing is. */
  faults(request: Pick<FuzzRequest, 'path' | 'method'>, answer: FuzzAnswer): string[] {
    if (answer.status >= 500 && !UNAVAILABLE.has(answer.status)) return [`a status of ${answer.status}`];
    if (request.method === 'HEAD') return headFaults(request, answer);
    const problem = answer.status >= 400 ? problemFaults(answer) : [];
    return [...problem, ...(problem.length === 0 ? this.#schemaFaults(request, answer) : [])];
  }

  #schemaFaults(
    { path, method }: Pick<FuzzRequest, 'path' | 'method'>,
    { status, headers, body }: FuzzAnswer,
  ): string[] {
    const operation = this.#document.paths[path]?.[method.toLowerCase()];
    if (operation === undefined) return status < 400 ? [`a status of ${status} where there is no operation`] : [];
    const type = String(headers['content-type']).split(';')[0] ?? '';
    const key = `${operation.responses[status] === undefined ? 'default' : status}`;
    // Every operation may be refused before it is reached, whether or not its answers list problems.
    const schema = operation.responses[key]?.content[type]?.schema ?? (status < 400 ? undefined : PROBLEM);
    if (schema === undefined) return [`a ${status} of type ${type}, which is not documented`];
    if (type === 'text/event-stream') return [];
    const check = compileSchema(this.#resolved(`${method} ${path} ${key} ${type}`, schema));
    const values = type === 'application/x-ndjson' ? body.split('\n').filter((line) => line !== '') : [body];
    return values.flatMap((text) =>
      check(JSON.parse(text) as JsonValue).map((fault) => `${fault.instancePath} ${fault.message}`),
    );
  }

  #resolved(key: string, schema: Record<string, unknown>): JsonObject {
    const known = this.#schemas.get(key) ?? (resolved(schema, this.#document.components.schemas) as JsonObject);
    this.#schemas.set(key, known);
    return known;
  }
}

/** Only the probes of health have HEAD, which has no place in the document. */
function headFaults({ path }: Pick<FuzzRequest, 'path'>, { status, body }: FuzzAnswer): string[] {
  if (body !== '') return ['a body that answers HEAD'];
  return status < 400 && !path.startsWith('/health/') ? [`a status of ${status} that answers HEAD`] : [];
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** What makes an answer no problem of RFC 9457 that the docs list. */
export function problemFaults({ status, headers, body }: FuzzAnswer): string[] {
  const type = headers['content-type'];
  if (type !== 'application/problem+json; charset=utf-8') return [`a ${status} of type ${type}`];
  const problem = JSON.parse(body) as Record<string, unknown>;
  const code = String(problem.code);
  return [
    ...MEMBERS.filter((name) => problem[name] === undefined).map((name) => `no ${name}`),
    ...(problem.type === `/errors/${code}` ? [] : [`the type ${problem.type} of the code ${code}`]),
    ...(problem.status === status ? [] : [`the status ${problem.status} in an answer of ${status}`]),
    ...(CODES.get(code)?.has(status) === true
      ? []
      : [`the code ${code} with the status ${status}, which is not documented`]),
    ...(status === 405 && headers.allow === undefined ? ['no Allow'] : []),
    ...(INSIDE.test(body) ? ['what only the service’s log should say'] : []),
    ...(headers['cache-control'] === 'no-store' ? [] : ['no Cache-Control: no-store']),
  ];
}
