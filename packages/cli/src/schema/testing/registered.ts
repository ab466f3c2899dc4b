import { InMemorySchemaRegistry, type JsonObject, type RegisteredSchema } from '@nexus/shared';

/** The versions of each event type, as a registry has them. */
export function register(schemas: Readonly<Record<string, JsonObject | readonly JsonObject[]>>): RegisteredSchema[] {
  const registry = new InMemorySchemaRegistry({ compatibility: { default: 'NONE' } });
  return Object.entries(schemas).flatMap(([eventType, versions]) =>
    [versions].flat().map((schema) => registry.register(eventType, schema as JsonObject)),
  );
}

/** A schema with a bit of everything. */
export const ORDER_PLACED: JsonObject = {
  type: 'object',
  description: 'A customer */ has placed\nan order.',
  required: ['customer', 'lines'],
  properties: {
    customer: { type: 'string', description: 'Who pays.' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['sku'],
        properties: { sku: { type: 'string' }, count: { type: 'integer' } },
        additionalProperties: false,
      },
    },
    note: { type: ['string', 'null'], deprecated: true },
  },
  additionalProperties: false,
};
