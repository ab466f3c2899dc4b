import { isNexusError, type PolicyDeniedError } from '../types/errors.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import type { Violation } from '../types/Violation.ts';
import type { PreparedAppend } from './envelope.ts';

const VIOLATIONS_MAX = 20;
const SHARES_NAMED_MAX = 100;

/** What logs and audit records say of a refusal: which rule of which field, and never what the field held. */
export function summaryOf(error: unknown): JsonObject {
  if (!isNexusError(error)) return { code: 'UNEXPECTED' };
  if (error.code === 'POLICY_DENIED') return denialOf(error as PolicyDeniedError);
  const { violations } = error as { violations?: readonly Violation[] };
  if (violations === undefined) return { code: error.code, message: error.message };
  return { code: error.code, violations: violations.slice(0, VIOLATIONS_MAX).map(ruleOf) };
}

/** What logs and audit records say of where an append leads: the first 100 aggregates, and how many there are. */
export function placesOf({ shares }: PreparedAppend): JsonObject {
  return { aggregates: shares.length, shares: shares.slice(0, SHARES_NAMED_MAX) as unknown as JsonValue };
}

/** Policies by name: a policy may make its message of what the event holds. */
function denialOf({ code, details: { action, revision, denials } }: PolicyDeniedError): JsonObject {
  const policies = [...new Set(denials.map(({ policy }) => policy))];
  return { code, action, revision, policies: policies.slice(0, VIOLATIONS_MAX) };
}

function ruleOf({ eventIndex, pointer, keyword }: Violation): JsonObject {
  return { ...(eventIndex === undefined ? {} : { eventIndex }), pointer, keyword };
}
