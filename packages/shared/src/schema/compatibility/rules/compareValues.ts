import { canonicalJson } from '../../../governance/digest.ts';
import type { JsonValue } from '../../../types/json.ts';
import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, shown } from '../Finding.ts';
import { enumerated, type Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { BOOLEAN, isOnly, NULL, possibleTypes } from '../typeMask.ts';

/** `enum` and `const`. */
export function compareValues(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const allowed = comparison.once(reader, 'values', () => enumerated(reader));
  if (allowed === undefined) return [];
  const keyword = reader.keywords.enum === undefined ? 'const' : 'enum';
  const possible = premise.values ?? fewValues(premise);
  if (possible === undefined) {
    return [
      atReader(`${keyword.toUpperCase()}_ADDED`, reader, keyword, '{reader} lists the values, and {writer} does not'),
    ];
  }
  comparison.spend(possible.size);
  const lost = [...possible].filter(([text]) => !allowed.has(text)).map(([, value]) => value);
  return lost.length === 0 ? [] : [lostValues(reader, keyword, lost, lost.length < possible.size)];
}

function lostValues(reader: SchemaNode, keyword: string, lost: readonly JsonValue[], keepsSome: boolean) {
  const kind = keyword === 'const' ? 'CONST_CHANGED' : keepsSome ? 'ENUM_ARRAY_NARROWED' : 'ENUM_ARRAY_CHANGED';
  const others = lost.length === 1 ? '' : ` and ${lost.length - 1} more`;
  return atReader(
    kind,
    reader,
    keyword,
    `{reader} does not allow ${shown(lost[0] as JsonValue)}${others}, which {writer} allows`,
  );
}

/** All values of types that have few. */
function fewValues(premise: Premise): ReadonlyMap<string, JsonValue> | undefined {
  if (!isOnly(premise, NULL | BOOLEAN)) return undefined;
  const types = possibleTypes(premise);
  const values: JsonValue[] = [...(types & NULL ? [null] : []), ...(types & BOOLEAN ? [true, false] : [])];
  return new Map(values.map((value) => [canonicalJson(value), value]));
}
