import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeName, SqliteEventStore } from '@nexus/adapters/embedded';
import { measureProcess } from '../childProcess.ts';
import { EVENT_TYPES, eventOf } from '../embedded/events.ts';

interface WhatIfOptions {
  /** Where {@link storeWithRules} has written. */
  readonly folder: string;
  /** In the store. */
  readonly events: number;
  /** That judge; each number is measured. */
  readonly threads: readonly number[];
}

export interface WhatIfMeasurement {
  readonly events: number;
  readonly threads: number;
  readonly refused: number;
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Most memory that the process had, in MiB; absent where the system does not say. */
  readonly memoryMiBMax?: number;
}

const WRITERS = 256;
const EVENTS_PER_AGGREGATE = 20;
const COMMAND = join(import.meta.dirname, '../../packages/cli/bin/nexus.js');

const storeIn = (folder: string): string => join(folder, 'store.db');
const schemasIn = (folder: string): string => join(folder, 'schemas');
const policiesIn = (folder: string): string => join(folder, 'policies');

/**
 * Writes a store, each event appended by itself, and the rules that are tried on it.
 *
 * @param folder - there and empty
 */
export async function storeWithRules(folder: string, events: number): Promise<void> {
  await store(storeIn(folder), events);
  writeRules(folder);
}

/** How long `nexus what-if` takes to try a schema for each of ten types and four policies on a whole store. */
export async function whatIf({ folder, events, threads }: WhatIfOptions): Promise<WhatIfMeasurement[]> {
  const rules = ['--schemas', schemasIn(folder), '--policies', policiesIn(folder)];
  const measurements: WhatIfMeasurement[] = [];
  for (const number of threads) {
    const args = ['what-if', ...rules, '--threads', String(number), '--store', `sqlite:${storeIn(folder)}`, '--json'];
    const { seconds, out, memoryMiBMax } = await measureProcess([COMMAND, ...args]);
    const report = JSON.parse(out) as { readonly events: number; readonly refused: number };
    if (report.events !== events) throw new RangeError(`${report.events} events were judged, not ${events}`);
    const memory = memoryMiBMax === undefined ? {} : { memoryMiBMax };
    measurements.push({ events, threads: number, refused: report.refused, seconds, ...memory });
  }
  return measurements;
}

async function store(path: string, events: number): Promise<void> {
  const opened = new SqliteEventStore({ path });
  let aggregates = 0;
  const write = async (): Promise<void> => {
    for (let own = aggregates++; own * EVENTS_PER_AGGREGATE < events; own = aggregates++) {
      const principal = {
        id: `user-${own % 20}`,
        roles: own % 3 === 0 ? ['clerk', 'manager'] : ['clerk'],
        client: 'bench',
      };
      const first = own * EVENTS_PER_AGGREGATE;
      for (let version = 1; version <= Math.min(EVENTS_PER_AGGREGATE, events - first); version++) {
        await opened.append([eventOf(`order-${own}`, version, first + version - 1)], { principal });
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await opened.close();
}

/** A tenth of the events breaks a schema, and two thirds of another tenth a policy. */
function writeRules(folder: string): void {
  const [schemas, policies] = [schemasIn(folder), policiesIn(folder)];
  for (const [index, type] of EVENT_TYPES.entries()) {
    mkdirSync(join(schemas, encodeName(type)), { recursive: true });
    writeFileSync(join(schemas, encodeName(type), '1.json'), JSON.stringify(schemaOf(index === 3 ? 100 : 1_000)));
  }
  mkdirSync(policies);
  writeFileSync(join(policies, 'all.yaml'), Object.entries(POLICIES).map(policyOf).join('\n---\n'));
}

function schemaOf(maximum: number): object {
  const item = { sku: { type: 'string' }, quantity: { type: 'integer' }, price: { type: 'number', minimum: 0 } };
  return {
    type: 'object',
    required: ['customer', 'total', 'currency', 'items'],
    properties: {
      customer: { type: 'string', pattern: '^customer-[0-9]+$' },
      total: { type: 'number', maximum },
      currency: { enum: ['EUR', 'USD'] },
      items: { type: 'array', minItems: 1, items: { type: 'object', required: Object.keys(item), properties: item } },
    },
  };
}

const POLICIES: Readonly<Record<string, string>> = {
  'large-totals-need-a-manager': "event.payload.total <= 10000.0 || 'manager' in principal.roles",
  'quantities-are-positive': 'event.payload.items.all(item, item.quantity > 0.0)',
  'a-user-is-named': 'has(event.metadata.userId)',
  'sevens-need-a-manager': "event.eventType != 'OrderEvent7' || 'manager' in principal.roles",
};

function policyOf([name, expression]: [string, string]): string {
  const spec = { validations: [{ expression, message: name }] };
  return JSON.stringify({ apiVersion: 'nexus/v1', kind: 'Policy', metadata: { name }, spec });
}
