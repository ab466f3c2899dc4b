import { atReader, type Findings } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';

/** An upper bound such as `maxLength`. @param known - what the writer's data does not exceed */
export function compareUpper(premise: Premise, reader: SchemaNode, keyword: string, known: number): Findings {
  const limit = reader.number(keyword);
  if (limit === undefined || known <= limit) return [];
  const change = premise.numbers(keyword).length > 0 ? 'DECREASED' : 'ADDED';
  return [
    atReader(
      kindOf(keyword, change),
      reader,
      keyword,
      `{reader} sets ${keyword} to ${limit}, and {writer} ${less(known)}`,
    ),
  ];
}

/** A lower bound such as `minLength`. @param known - what the writer's data does not fall below */
export function compareLower(premise: Premise, reader: SchemaNode, keyword: string, known: number): Findings {
  const limit = reader.number(keyword);
  if (limit === undefined || known >= limit) return [];
  const change = premise.numbers(keyword).length > 0 ? 'INCREASED' : 'ADDED';
  return [
    atReader(
      kindOf(keyword, change),
      reader,
      keyword,
      `{reader} sets ${keyword} to ${limit}, and {writer} allows less`,
    ),
  ];
}

function less(known: number): string {
  return known === Number.POSITIVE_INFINITY ? 'sets no such bound' : `allows up to ${known}`;
}

/** `maxLength` as `MAX_LENGTH_ADDED`. */
export function kindOf(keyword: string, change: string): string {
  return `${keyword.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}_${change}`;
}
