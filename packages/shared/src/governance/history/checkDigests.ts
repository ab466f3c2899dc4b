import { InvalidEventError } from '../../types/errors.ts';
import { VIOLATIONS_MAX, type Violation } from '../../types/Violation.ts';
import type { PreparedAppend } from '../envelope.ts';

/**
 * Holds events to the digests that their receipt speaks for.
 *
 * @throws InvalidEventError
 */
export function checkDigests({ events }: PreparedAppend, digests: readonly string[]): void {
  const violations: Violation[] = [];
  events.forEach(({ event: { eventId }, digest }, eventIndex) => {
    const found = digests[eventIndex] ?? '';
    if (digest === found) return;
    const message = `/recorded/digest is not the digest of event ${eventId}, which was changed since; export the history again`;
    violations.push({ eventIndex, eventId, pointer: '/recorded/digest', keyword: 'digest', expected: digest, message });
  });
  const [first] = violations;
  if (first !== undefined) throw new InvalidEventError(violations.slice(0, VIOLATIONS_MAX), first.eventId);
}
