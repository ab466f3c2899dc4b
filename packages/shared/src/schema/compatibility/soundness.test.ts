import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../types/json.ts';
import { type CompiledSchema, compileSchema } from '../compileSchema.ts';
import { checkCompatibility } from './checkCompatibility.ts';
import { filledIn, randomFields } from './testing/defaults.ts';
import { mutate } from './testing/mutate.ts';
import { Random } from './testing/Random.ts';
import { randomDocument } from './testing/randomSchema.ts';
import { instanceOf } from './testing/randomValue.ts';

const INSTANCES = 15;

interface Tally {
  compatible: number;
  incompatible: number;
  instances: number;
}

interface Evolution {
  readonly random: Random;
  readonly earlier: JsonObject;
  readonly proposed: JsonObject;
}

/** A schema, and what somebody made of it. `undefined` where one of the two is not usable at all. */
function evolution(seed: number): (Evolution & { checks: readonly [CompiledSchema, CompiledSchema] }) | undefined {
  const random = new Random(seed);
  const isDraft07 = random.once(3);
  const earlier = randomDocument(random, isDraft07);
  const once = mutate(random, earlier, isDraft07);
  const proposed = (random.once(2) ? once : mutate(random, once, isDraft07)) as JsonObject;
  try {
    return { random, earlier, proposed, checks: [compileSchema(earlier), compileSchema(proposed)] };
  } catch {
    return undefined;
  }
}

/** Data that the one schema allows. */
function dataOf(random: Random, schema: JsonObject, check: CompiledSchema): readonly JsonValue[] {
  const candidates = Array.from({ length: INSTANCES }, () => instanceOf(random, schema, schema, 5));
  return candidates.filter((value) => check(value).length === 0);
}

function agrees(seed: number, level: 'BACKWARD' | 'FORWARD', tally: Tally): void {
  const made = evolution(seed);
  if (made === undefined) return;
  const { random, earlier, proposed, checks } = made;
  if (checkCompatibility(proposed, [{ version: '1', schema: earlier }], level).length > 0) {
    tally.incompatible++;
    return;
  }
  const [writer, reader] = level === 'BACKWARD' ? checks : [checks[1], checks[0]];
  const data = dataOf(random, level === 'BACKWARD' ? earlier : proposed, writer);
  tally.compatible++;
  tally.instances += data.length;
  for (const value of data) expect({ value, faults: reader(value) }).toEqual({ value, faults: [] });
}

describe('checkCompatibility never calls compatible what is not', () => {
  it.each(['BACKWARD', 'FORWARD'] as const)('all data of the writer is valid for the reader: %s', (level) => {
    const tally = { compatible: 0, incompatible: 0, instances: 0 };

    fc.assert(
      fc.property(fc.integer(), (seed) => agrees(seed, level, tally)),
      { numRuns: 250 },
    );

    expect(tally.compatible).toBeGreaterThan(100);
    expect(tally.incompatible).toBeGreaterThan(10);
    expect(tally.instances).toBeGreaterThan(400);
  });

  it('all data is valid for a reader that fills in what is required by its default', () => {
    const tally = { compatible: 0, incompatible: 0, filled: 0 };

    fc.assert(
      fc.property(fc.integer(), (seed) => agreesWhenFilled(seed, tally)),
      { numRuns: 300 },
    );

    // Far below what chance gives, so that only a generator that no longer reaches them fails here.
    expect(tally.compatible).toBeGreaterThan(8);
    expect(tally.incompatible).toBeGreaterThan(30);
    expect(tally.filled).toBeGreaterThan(5);
  });
});

function agreesWhenFilled(seed: number, tally: { compatible: number; incompatible: number; filled: number }): void {
  const random = new Random(seed);
  const [earlier, proposed] = [randomFields(random, 2), randomFields(random, 2)];
  if (checkCompatibility(proposed, [{ version: '1', schema: earlier }], 'BACKWARD').length > 0) {
    tally.incompatible++;
    return;
  }
  tally.compatible++;
  const reader = compileSchema(proposed);
  for (const value of dataOf(random, earlier, compileSchema(earlier))) {
    const filled = filledIn(proposed, value);
    if (JSON.stringify(filled) !== JSON.stringify(value)) tally.filled++;
    expect({ value, faults: reader(filled) }).toEqual({ value, faults: [] });
  }
}
