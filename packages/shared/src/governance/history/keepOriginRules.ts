import type { RulesArchive } from '../RulesArchive.ts';
import { type Provenance, rulesNamedBy } from './provenanceOf.ts';

/** Keeps the rules that let history in at first, where they came with it, so that its origin can be explained here. */
export async function keepOriginRules({ origin, findRules }: Provenance, archive: RulesArchive): Promise<void> {
  if (findRules === undefined) return;
  for (const digest of rulesNamedBy(origin.receipt)) await archive.keepPolicies(digest, findRules);
}
