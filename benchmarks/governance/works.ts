import { APPENDS } from './appends.ts';
import { COMPATIBILITY } from './compatibility.ts';
import { decisions } from './decisions.ts';
import type { GovernanceWork } from './GovernanceWork.ts';
import { PARTS } from './parts.ts';
import { WHAT_IF } from './whatIfWork.ts';

export const WORKS: Readonly<Record<string, GovernanceWork>> = {
  parts: PARTS,
  'decide-fields': decisions('fields', 'one decision by three rules that read some fields each, in µs'),
  'decide-lines': decisions('lines', 'one decision by one rule that looks at every line of an order, in µs'),
  compatibility: COMPATIBILITY,
  'append-governed': APPENDS,
  'what-if': WHAT_IF,
};
