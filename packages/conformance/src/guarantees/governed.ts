import type { Guarantee } from '../ConformanceCase.ts';
import { AUDITED_QUERY_CASES } from './governance/audited-queries.ts';
import { CHANGED_RULES_CASES } from './governance/changed-rules.ts';
import { EVOLUTION_CASES } from './governance/evolution.ts';
import { MARK_CASES } from './governance/governed-mark.ts';
import { HISTORY_CASES } from './governance/history.ts';
import { KEPT_RULES_CASES } from './governance/kept-rules.ts';
import { OBSERVE_CASES } from './governance/observe.ts';
import { OUTAGE_CASES } from './governance/outages.ts';
import { POLICY_CASES } from './governance/policies.ts';
import { SCHEMA_CASES } from './governance/schemas.ts';

export const GOVERNED: Guarantee = {
  number: 8,
  title: 'No event is stored without a decision by the rules that its receipt names',
  cases: [
    ...SCHEMA_CASES,
    ...POLICY_CASES,
    ...OUTAGE_CASES,
    ...OBSERVE_CASES,
    ...CHANGED_RULES_CASES,
    ...MARK_CASES,
    ...KEPT_RULES_CASES,
    ...EVOLUTION_CASES,
    ...HISTORY_CASES,
    ...AUDITED_QUERY_CASES,
  ],
};
