import type { Guarantee } from '../ConformanceCase.ts';
import { CHANGED_CONTENT_CASES } from './replay/changed-content.ts';
import { RECEIPT_CASES } from './replay/receipts.ts';
import { SAME_APPEND_CASES } from './replay/same-append.ts';

export const LOST_REPLY: Guarantee = {
  number: 3,
  title: 'A lost reply is harmless: the same append stores nothing and returns the stored receipts',
  cases: [...SAME_APPEND_CASES, ...CHANGED_CONTENT_CASES, ...RECEIPT_CASES],
};
