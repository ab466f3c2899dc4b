import { type CompatibilityLevel, checkCompatibility, type JsonObject } from '@nexus/shared';
import type { Figures } from '../Group.ts';
import { fixed, medianColumn, spreadColumn, whole } from '../table.ts';
import type { GovernanceWork } from './GovernanceWork.ts';
import { microseconds } from './microseconds.ts';

const PROPERTIES = 200;
const VERSIONS = 50;
const LEVELS: readonly CompatibilityLevel[] = ['BACKWARD_TRANSITIVE', 'FULL_TRANSITIVE'];

/** A schema against all versions before it, each with one property less than the next; none breaks the level. */
export const COMPATIBILITY: GovernanceWork = {
  title: `a schema of ${PROPERTIES} properties against ${VERSIONS} earlier versions`,
  contenders: () => LEVELS,
  columns: [
    medianColumn('KB of one schema', 'schemaKb', whole),
    spreadColumn('first check, ms (min–max)', 'firstMs', fixed(1)),
    spreadColumn('later ones, ms (min–max)', 'laterMs', fixed(1)),
  ],
  run: async (contender, { durationMs }) => measure(contender as CompatibilityLevel, durationMs),
};

async function measure(level: CompatibilityLevel, durationMs: number): Promise<Figures> {
  const proposed = schemaOf(PROPERTIES);
  const earlier = Array.from({ length: VERSIONS }, (_, index) => {
    return { version: String(index + 1), schema: schemaOf(PROPERTIES - VERSIONS + index) };
  });
  const check = (): void => {
    const [first] = checkCompatibility(proposed, earlier, level);
    if (first !== undefined) throw new RangeError(`the versions should be compatible: ${first.message}`);
  };
  const start = performance.now();
  check();
  const firstMs = performance.now() - start;
  const { later } = await microseconds({ later: check }, durationMs);
  return { schemaKb: JSON.stringify(proposed).length / 1_000, firstMs, laterMs: later / 1_000 };
}

/** Whatever is not named is a text, so that a text may be added and left out again at every level. */
function schemaOf(properties: number): JsonObject {
  const names = Array.from({ length: properties }, (_, index) => `property${index}`);
  const named = names.map((name, index) => [name, index < FIXED ? propertyOf(index) : TEXT]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: names.filter((_, index) => index < FIXED && index % 3 === 0),
    properties: Object.fromEntries(named) as JsonObject,
    additionalProperties: TEXT,
  };
}

const FIXED = PROPERTIES - VERSIONS;
const TEXT: JsonObject = { type: 'string' };

function propertyOf(index: number): JsonObject {
  const kinds: readonly JsonObject[] = [
    { type: 'string', minLength: 1, maxLength: 100 + index },
    { type: 'number', minimum: 0, maximum: 1_000 + index },
    { enum: ['EUR', 'GBP', 'USD', `coin-${index}`] },
    { type: 'array', maxItems: 100, items: { type: 'integer', minimum: index } },
    {
      type: 'object',
      required: ['street'],
      properties: { street: { type: 'string', minLength: 1 }, city: { type: 'string', maxLength: 200 } },
      additionalProperties: false,
    },
  ];
  return kinds[index % kinds.length] as JsonObject;
}
