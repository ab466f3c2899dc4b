import assert from 'node:assert/strict';
import type { GovernedEventStoreOptions, PolicyPort, SchemaRegistryPort } from '@nexus/shared';
import type { Bench } from '../../bench/Bench.ts';
import { holds, refusedWithoutTrace } from '../../bench/expectations.ts';
import { orderOf, orderRegistry } from '../../bench/orders.ts';
import { eventually } from '../../bench/waiting.ts';
import type { ConformanceCase } from '../../ConformanceCase.ts';
import type { ConformingStore } from '../../Harness.ts';

const UNAVAILABLE = 'GOVERNANCE_UNAVAILABLE';
const TIMEOUT_MS = 60_000;

const FAILING_REGISTRY: SchemaRegistryPort = { getSchema: () => Promise.reject(new TypeError('registry is away')) };
const THROWING_REGISTRY: SchemaRegistryPort = { getSchema: fail };
const HANGING_REGISTRY: SchemaRegistryPort = { getSchema: () => new Promise(() => {}) };
const FAILING_ENGINE: PolicyPort = { decide: () => Promise.reject(new TypeError('engine is away')) };
const THROWING_ENGINE: PolicyPort = { decide: fail };
const HANGING_ENGINE: PolicyPort = { decide: () => new Promise(() => {}) };

/** Fails before it has returned anything that could be awaited. */
function fail(): never {
  throw new TypeError('out of order');
}

/** Moves time until the promise has settled. */
async function asTimePasses<Value>(bench: Bench, promise: Promise<Value>): Promise<Value> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  promise.then(done, done);
  await eventually(() => {
    bench.clock.advance(TIMEOUT_MS / 4);
    return settled;
  }, 'the end of the append');
  return promise;
}

async function refusesAsUnavailable(bench: Bench, options: GovernedEventStoreOptions, part: string): Promise<void> {
  const { store } = await bench.open({ governanceTimeoutMs: TIMEOUT_MS, ...options });
  const append = () => asTimePasses(bench, store.append([orderOf('a', 1, 1)]));

  const error = await refusedWithoutTrace(store, UNAVAILABLE, append);

  assert.equal((error.details as { part: string }).part, part);
  assert.equal(error.kind, 'unavailable');
  assert.equal(error.retryable, true);
  await holds(store, 'a', []);
}

/** A registry that can be taken away. */
function removableRegistry(): { registry: SchemaRegistryPort; remove: () => void } {
  const inner = orderRegistry();
  let current: SchemaRegistryPort = inner;
  return {
    registry: { getSchema: (...parameters) => current.getSchema(...parameters) },
    remove: () => {
      current = FAILING_REGISTRY;
    },
  };
}

async function appendAt(store: ConformingStore, version: number, schemaVersion?: number): Promise<unknown> {
  return store.append([orderOf('a', version, 1, schemaVersion === undefined ? {} : { metadata: { schemaVersion } })]);
}

export const OUTAGE_CASES: readonly ConformanceCase[] = [
  {
    id: '8.failing-registry',
    name: 'stores nothing while the registry fails, and says that it is unavailable, not that the event is invalid',
    async run(bench) {
      await refusesAsUnavailable(bench, { schemaRegistry: FAILING_REGISTRY }, 'schema-registry');
      await refusesAsUnavailable(bench, { schemaRegistry: THROWING_REGISTRY }, 'schema-registry');
    },
  },
  {
    id: '8.hanging-registry',
    name: 'stores nothing when the registry does not answer in time',
    run: (bench) => refusesAsUnavailable(bench, { schemaRegistry: HANGING_REGISTRY }, 'schema-registry'),
  },
  {
    id: '8.failing-engine',
    name: 'stores nothing while the policy engine fails or throws',
    async run(bench) {
      await refusesAsUnavailable(bench, { policy: FAILING_ENGINE }, 'policy-engine');
      await refusesAsUnavailable(bench, { policy: THROWING_ENGINE }, 'policy-engine');
    },
  },
  {
    id: '8.hanging-engine',
    name: 'stores nothing when the policy engine does not answer in time',
    run: (bench) => refusesAsUnavailable(bench, { policy: HANGING_ENGINE }, 'policy-engine'),
  },
  {
    id: '8.outages-fail-closed-when-observing',
    name: 'stores nothing while registry or engine fail, also where it only observes',
    async run(bench) {
      await refusesAsUnavailable(bench, { schemaRegistry: FAILING_REGISTRY, mode: 'observe' }, 'schema-registry');
      await refusesAsUnavailable(bench, { policy: FAILING_ENGINE, mode: 'observe' }, 'policy-engine');
    },
  },
  {
    id: '8.known-version-needs-no-registry',
    name: 'takes events that name a known version while the registry is away, and others no longer than it may',
    async run(bench) {
      const { registry, remove } = removableRegistry();
      const { store } = await bench.open({ schemaRegistry: registry });
      await appendAt(store, 1, 1);
      await appendAt(store, 2);

      remove();
      bench.clock.advance(3_600_000);

      await appendAt(store, 3, 1);
      await refusedWithoutTrace(store, UNAVAILABLE, () => appendAt(store, 4));
      assert.equal(await store.getVersion('a'), 3);
    },
  },
];
