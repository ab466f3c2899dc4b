import type { DomainEvent } from '@nexus/shared';
import { eventOf } from './commits.ts';
import { integerBetween, seededRandom } from './seededRandom.ts';

const EVENTS_MAX = 5;
const AGGREGATES_MAX = 3;

/**
 * What a writer appends, without an end: 1 to 5 events each, over 1 to 3 aggregates that no other writer has. The same
 * for the same seed, so that the process that sends an append again and the test that looks for it need not be told.
 */
export function* appendsOf(seed: string, writer: string): Generator<readonly DomainEvent[], never> {
  const random = seededRandom(`${seed}/${writer}`);
  const versions = new Map<string, number>();
  for (let number = 0; ; number++) {
    const size = integerBetween(random, 1, EVENTS_MAX);
    const aggregates = integerBetween(random, 1, AGGREGATES_MAX);
    yield Array.from({ length: size }, (_, index) => {
      const aggregateId = `${writer}.${integerBetween(random, 1, aggregates)}`;
      const version = (versions.get(aggregateId) ?? 0) + 1;
      versions.set(aggregateId, version);
      return eventOf(aggregateId, version, {
        eventId: `${writer}/${number}/${index}`,
        payload: { number, index, size },
      });
    });
  }
}
