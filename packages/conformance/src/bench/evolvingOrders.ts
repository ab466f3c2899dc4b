import {
  canonicalJson,
  type DomainEvent,
  digestOfText,
  type EvolutionRules,
  type JsonObject,
  type RegisteredSchema,
  type SchemaRegistryPort,
} from '@nexus/shared';
import { orderOf } from './orders.ts';

/** The amount that {@link EvolvingOrders} cannot lift to the third version while its rules are broken. */
export const POISON = 13;

const AMOUNT = { type: 'number' };

/**
 * A registry with three versions of `OrderPlaced`, and rules that lead from each to the next and back: `{ amount }`,
 * `{ amount, currency }` and `{ total, currency }`.
 */
export class EvolvingOrders implements SchemaRegistryPort {
  /** True: the rule to the third version fails on {@link POISON}. */
  isBroken = false;
  readonly #versions: readonly RegisteredSchema[];

  constructor() {
    this.#versions = [
      versionOf('1', { amount: AMOUNT }),
      versionOf(
        '2',
        { amount: AMOUNT, currency: { type: 'string' } },
        { up: '$merge([$, {"currency": "EUR"}])', down: '{"amount": amount}' },
      ),
      versionOf(
        '3',
        { total: AMOUNT, currency: { type: 'string' } },
        { up: (payload) => this.#rename(payload), down: ({ total = 0, ...rest }) => ({ amount: total, ...rest }) },
      ),
    ];
  }

  async getSchema(eventType: string, version = '3'): Promise<RegisteredSchema | undefined> {
    return (await this.listVersions(eventType)).find((one) => one.version === version);
  }

  async listVersions(eventType: string): Promise<readonly RegisteredSchema[]> {
    return eventType === 'OrderPlaced' ? this.#versions : [];
  }

  #rename({ amount = 0, ...rest }: JsonObject): JsonObject {
    if (this.isBroken && amount === POISON) throw new TypeError('a broken rule');
    return { total: amount, ...rest };
  }
}

/** An `OrderPlaced` of the first version. */
export function firstOrderOf(
  aggregateId: string,
  aggregateVersion: number,
  amount: number,
  fields: Partial<DomainEvent> = {},
): DomainEvent {
  return orderOf(aggregateId, aggregateVersion, amount, { metadata: { schemaVersion: '1' }, ...fields });
}

function versionOf(version: string, properties: JsonObject, rules: EvolutionRules = {}): RegisteredSchema {
  const schema = { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
  return { eventType: 'OrderPlaced', version, digest: digestOfText(canonicalJson(schema)), schema, ...rules };
}
