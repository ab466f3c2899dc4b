import type { Comparison } from '../Comparison.ts';
import type { Findings } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';

/**
 * Compares what is known of the writer's data with some keywords of one reader's schema.
 *
 * @param fills - whether the reader fills in missing properties here by their `default`
 * @returns why data may fail; `[]` when it is shown that none fails by these keywords
 */
export type Rule = (comparison: Comparison, premise: Premise, reader: SchemaNode, fills: boolean) => Findings;
