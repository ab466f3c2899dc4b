import { AmbiguousCommitError, type Commit, type EventJournal, type JournalAppendResult } from '@nexus/shared';
import { ForwardingJournal } from '../../ForwardingJournal.ts';

/** Loses replies of appends, or the appends themselves, and says that it does not know. */
export class UncertainJournal extends ForwardingJournal {
  readonly #random: () => number;

  constructor(inner: EventJournal, random: () => number) {
    super(inner);
    this.#random = random;
  }

  override async append(commit: Commit): Promise<JournalAppendResult> {
    const luck = this.#random();
    if (luck < 0.1) throw unknown(commit);
    const result = await this.inner.append(commit);
    if (luck < 0.25) throw unknown(commit);
    return result;
  }
}

function unknown({ shares }: Commit): AmbiguousCommitError {
  const aggregateIds = shares.map(({ aggregateId }) => aggregateId);
  return new AmbiguousCommitError('The reply was lost; send the same append again', { aggregateIds });
}
