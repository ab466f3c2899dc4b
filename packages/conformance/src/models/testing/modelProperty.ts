import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoreFactory } from '../../Harness.ts';
import { ModelledStore } from '../ModelledStore.ts';
import type { ShareForm, ShareStep, Step } from '../Step.ts';
import type { StoreModel } from '../StoreModel.ts';

const FORMS: readonly ShareForm[] = [
  'next',
  'next-with-known-id',
  'stale',
  'gap',
  'repeated',
  'prefix',
  'regrouped',
  'straddling',
  'changed',
];

const aggregate = fc.nat(3);
const size = fc.integer({ min: 1, max: 4 });
const shares: fc.Arbitrary<ShareStep> = fc.record({
  form: fc.oneof({ weight: 2, arbitrary: fc.constant<ShareForm>('next') }, fc.constantFrom(...FORMS)),
  aggregate,
  size,
  pick: fc.nat(99),
});

const appends = fc.record({
  kind: fc.constant('append' as const),
  shares: fc.oneof({ weight: 3, arbitrary: fc.tuple(shares) }, fc.array(shares, { minLength: 2, maxLength: 3 })),
});

/** More than a worker handles between two writes of its place. */
const many = fc.integer({ min: 1, max: 6 });
const starts = fc.record({
  kind: fc.constant('start' as const),
  consumer: fc.nat(1),
  from: fc.constantFrom('start' as const, 'now' as const),
  checkpointEvery: fc.integer({ min: 1, max: 4 }),
  attemptsMax: fc.integer({ min: 1, max: 2 }),
  fails: fc.nat(4),
  every: fc.integer({ min: 1, max: 3 }),
  isBeside: fc.boolean(),
});

/** In equal parts: what is named several times is taken so much more often. Opening a store takes longest. */
const steps: fc.Arbitrary<Step>[] = [
  ...Array.from({ length: 5 }, () => appends),
  fc.record({
    kind: fc.constant('race' as const),
    aggregate,
    sizes: fc.array(size, { minLength: 2, maxLength: 5 }),
    isSame: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('read' as const),
    aggregate,
    fromVersion: fc.integer({ min: 1, max: 9 }),
    toVersion: fc.nat(9),
    isBackward: fc.boolean(),
    limit: fc.nat(4),
  }),
  fc.record({ kind: fc.constant('version' as const), aggregate, pick: fc.nat(99) }),
  fc.record({
    kind: fc.constant('query' as const),
    eventType: fc.nat(1),
    between: fc.tuple(fc.nat(4), fc.nat(4)),
    limit: fc.integer({ min: 1, max: 5 }),
  }),
  fc.constant<Step>({ kind: 'subscribe' }),
  fc.constant<Step>({ kind: 'reopen' }),
  fc.record({ kind: fc.constant('crash' as const), aggregate, size: many, handles: fc.nat(5) }),
  starts,
  starts,
  fc.record({ kind: fc.constant('stop' as const), consumer: fc.nat(1) }),
  fc.record({
    kind: fc.constant('interrupt' as const),
    consumer: fc.nat(1),
    aggregate,
    size: many,
    handles: fc.nat(5),
  }),
  fc.record({ kind: fc.constant('retry' as const), consumer: fc.nat(1), aggregate }),
  fc.record({
    kind: fc.constant('discard' as const),
    consumer: fc.nat(1),
    aggregate,
    beside: fc.constantFrom(0, 0, 0, 1),
  }),
];

class StepCommand implements fc.AsyncCommand<StoreModel, ModelledStore> {
  readonly #step: Step;
  readonly #isLeftOut: boolean;

  constructor(step: Step, isLeftOut: boolean) {
    this.#step = step;
    this.#isLeftOut = isLeftOut;
  }

  check(): boolean {
    return !this.#isLeftOut;
  }

  run(_model: StoreModel, store: ModelledStore): Promise<void> {
    return store.run(this.#step);
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

export interface ModelRuns {
  readonly runs: number;
  readonly stepsMax: number;
  readonly seed?: number;
  /** After this time in ms, what was found so far is reported, shrunk or not. Default: 20,000. */
  readonly msMax?: number;
  /** Most ms that a consumer may take to come to the end of the feed. Default: 10,000. */
  readonly waitMsMax?: number;
  /** Whether the least steps are looked for. Default: true. */
  readonly isShrunk?: boolean;
  /** A kind of steps that is not taken. */
  readonly without?: Step['kind'];
}

/**
 * Runs random steps on stores of the factory and on their models.
 *
 * @throws AssertionError - they differ. Its message holds the least steps that show it as a script, the seed and the path
 */
export async function agreesWithModel(
  factory: StoreFactory,
  { runs, stepsMax, seed, msMax = 20_000, waitMsMax, isShrunk = true, without }: ModelRuns,
): Promise<void> {
  const commands = fc.commands(
    steps.map((step) => step.map((one) => new StepCommand(one, one.kind === without))),
    // By default fast-check stays far below the bound.
    { maxCommands: stepsMax, size: 'max' },
  );
  const property = fc.asyncProperty(commands, async (picked) => {
    const store = await ModelledStore.open(factory, waitMsMax);
    try {
      await fc.asyncModelRun(() => ({ model: store.model, real: store }), picked);
      await store.check();
    } finally {
      await store.close();
    }
  });
  const result = await fc.check(property, {
    numRuns: runs,
    interruptAfterTimeLimit: msMax,
    endOnFailure: !isShrunk,
    ...(seed === undefined ? {} : { seed }),
  });
  if (!result.failed) return;
  const { errorInstance, counterexamplePath, seed: seedUsed, counterexample } = result;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  assert.fail(
    `${factory.name} differs from the model (seed ${seedUsed}, path ${counterexamplePath}): ${reason}\nSteps: ${counterexample}`,
  );
}
