import type { JsonObject } from '@nexus/shared';

/** The payload of the sample's event type. */
export const ORDER_PLACED_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'OrderPlaced',
  description: 'A customer has placed an order',
  type: 'object',
  required: ['customer', 'total'],
  properties: {
    customer: { type: 'string', minLength: 1 },
    total: { type: 'number', exclusiveMinimum: 0, description: 'In euros' },
  },
  additionalProperties: false,
};
