import type { RecordStore } from '../ports/RecordStore.ts';
import { ConfigurationError } from '../types/errors.ts';

const KEY = 'governed';

/** Which kinds of rules a store is, or was, opened with. */
export interface Governance {
  readonly schemas: boolean;
  readonly policies: boolean;
}

/**
 * Governance must not end where a setting is forgotten: a store that was once written under rules remembers it, and
 * refuses to be written without them.
 *
 * @returns true when the store is now written without rules that it had, as `ungoverned` allowed
 * @throws ConfigurationError
 */
export async function keepGoverned(records: RecordStore, now: Governance, ungoverned: boolean): Promise<boolean> {
  const stored = await records.get(KEY);
  const before = (stored?.value ?? { schemas: false, policies: false }) as unknown as Governance;
  const lost = [
    ...(before.schemas && !now.schemas ? ['a schema registry'] : []),
    ...(before.policies && !now.policies ? ['policies'] : []),
  ];
  if (lost.length > 0 && !ungoverned) throw refusal(lost);
  const merged = { schemas: before.schemas || now.schemas, policies: before.policies || now.policies };
  const isNews = merged.schemas !== before.schemas || merged.policies !== before.policies;
  if (isNews && (await records.put(KEY, merged, stored?.revision ?? null)) === undefined) {
    return keepGoverned(records, now, ungoverned);
  }
  return lost.length > 0;
}

function refusal(lost: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    'ungoverned',
    `This store was written under ${lost.join(' and ')} before; open it with the same, or say ungoverned: true`,
  );
}
