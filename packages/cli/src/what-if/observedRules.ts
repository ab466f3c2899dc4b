import type { HistoryEntry, Receipt } from '@nexus/shared';
import type { BrokenRule } from './BrokenRule.ts';

/**
 * What a store that only observed has seen of an event, by its receipt. A receipt speaks of an append: of several events
 * of one type in it, each is said to be invalid where one was, and each to be denied where the append was.
 */
export function observedRules({ event, receipt }: HistoryEntry): BrokenRule[] {
  const { eventType, recorded } = event;
  const invalid = receipt.schemas.filter(
    (schema) =>
      schema.outcome === 'invalid-observed' &&
      schema.eventType === eventType &&
      schema.version === recorded.schemaVersion,
  );
  const observed = new Set(receipt.policy?.observed?.map(({ policy }) => policy));
  return [
    ...invalid.map((schema): BrokenRule => invalidBy(schema)),
    ...deniedBy(receipt.policy),
    ...[...observed].map((policy): BrokenRule => ({ kind: 'policy', policy, observes: true })),
  ];
}

function invalidBy({ eventType, version }: Receipt['schemas'][number]): BrokenRule {
  return { kind: 'schema', eventType, ...(version === undefined ? {} : { version }) };
}

/** A receipt names the policies that applied, and not which of them denied. */
function deniedBy(policy: Receipt['policy']): BrokenRule[] {
  if (policy?.decision !== 'deny-observed') return [];
  const [only, ...others] = policy.matched;
  const name = only === undefined ? policy.engine : only;
  return [{ kind: 'policy', policy: others.length === 0 ? name : `one of ${policy.matched.join(', ')}` }];
}
