import { InMemorySchemaRegistry } from '@nexus/shared';
import { ORDER_PLACED_SCHEMA } from './orderPlaced.ts';

/** The schemas of the sample. */
export function sampleRegistry(): InMemorySchemaRegistry {
  const registry = new InMemorySchemaRegistry();
  registry.register('OrderPlaced', ORDER_PLACED_SCHEMA);
  return registry;
}
