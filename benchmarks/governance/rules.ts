import { join } from 'node:path';
import { CelPolicyEngine } from '@nexus/adapters/embedded';
import { InMemorySchemaRegistry } from '@nexus/shared';
import { EVENT_TYPE } from './events.ts';

export type PolicyFolder = 'fields' | 'lines';

export const POLICIES: string = join(import.meta.dirname, 'policies');

/** Checks every field of an order. */
const SCHEMA = {
  type: 'object',
  required: ['customer', 'total', 'currency', 'items', 'note', 'address'],
  properties: {
    customer: { type: 'string', pattern: '^customer-[0-9]+$' },
    total: { type: 'number', minimum: 0 },
    currency: { enum: ['EUR', 'GBP', 'USD'] },
    items: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sku', 'name', 'quantity', 'price'],
        properties: {
          sku: { type: 'string', pattern: '^sku-[0-9]{6}$' },
          name: { type: 'string', minLength: 1, maxLength: 100 },
          quantity: { type: 'integer', minimum: 1 },
          price: { type: 'number', minimum: 0 },
        },
        additionalProperties: false,
      },
    },
    note: { type: 'string', maxLength: 200 },
    address: {
      type: 'object',
      required: ['street', 'city'],
      properties: { street: { type: 'string', minLength: 1 }, city: { type: 'string', minLength: 1 } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

export function newRegistry(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry();
  registry.register(EVENT_TYPE, SCHEMA);
  return registry;
}

/** `fields`: three rules that read some fields each. `lines`: one that looks at every line of an order. */
export function newPolicies(folder: PolicyFolder): CelPolicyEngine {
  return new CelPolicyEngine({ folder: join(POLICIES, folder) });
}
