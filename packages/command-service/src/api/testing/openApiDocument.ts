import type { FastifyInstance } from 'fastify';

/** A part of the document that is looked at as it is. */
export type DocumentNode = Record<string, unknown>;

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: DocumentNode;
}

type Content = Record<string, { readonly schema: DocumentNode }>;

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, { readonly description: string; readonly content: Content }>;
}

/** What of an OpenAPI document the tests use. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: DocumentNode;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, DocumentNode> };
}

/** The document that the api gives of itself. */
export async function documentOf(api: FastifyInstance): Promise<OpenApiDocument> {
  return (await api.inject('/openapi.json')).json<OpenApiDocument>();
}

/** Every operation with its method and path, such as `get /api/events`. */
export function operationsOf({ paths }: OpenApiDocument): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
}

/** A schema of the document with its references replaced by what they name. */
export function resolved(node: unknown, schemas: Record<string, DocumentNode>): unknown {
  if (Array.isArray(node)) return node.map((item) => resolved(item, schemas));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, $id: _id, ...own } = node as { $ref?: string; $id?: string };
  const named = $ref === undefined ? {} : schemas[$ref.replace('#/components/schemas/', '')];
  if (named === undefined) throw new RangeError(`${$ref} names nothing`);
  const { $id: _namedId, ...whole } = { ...named, ...own } as { $id?: string };
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, resolved(value, schemas)]));
}
