import type { JsonObject, JsonValue } from '../../../types/json.ts';
import { checkCompatibility } from '../checkCompatibility.ts';

export type Draft = 'draft-07' | '2020-12';

/** What it is about, the earlier schema, the proposed one, and the kinds that are found. */
export type Case = readonly [fact: string, earlier: JsonObject, proposed: JsonObject, kinds: readonly string[]];

const DIALECTS = {
  'draft-07': 'http://json-schema.org/draft-07/schema#',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
};

/** The kinds, with their pointers, that stand against reading data of the earlier schema by the proposed one. */
export function compared(draft: Draft, earlier: JsonObject, proposed: JsonObject): string[] {
  const $schema = DIALECTS[draft];
  const before = { version: '1', schema: { $schema, ...earlier } };
  return checkCompatibility({ $schema, ...proposed }, [before], 'BACKWARD').map(({ kind, pointer }) =>
    `${kind} ${pointer}`.trim(),
  );
}

/** Each case under both dialects. */
export function inBothDrafts(cases: readonly Case[]): [fact: string, draft: Draft, ...Case][] {
  return cases.flatMap((one) =>
    (['draft-07', '2020-12'] as const).map((draft) => [one[0], draft, ...one] as [string, Draft, ...Case]),
  );
}

/** An object schema of these properties. */
export function objectOf(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, ...more };
}

/** A schema for `a` alone, which is required, as a message has it. */
export function fieldOf(schema: JsonValue): JsonObject {
  return { type: 'object', properties: { a: schema }, required: ['a'], additionalProperties: false };
}
