import type { Clock } from '../ports/Clock.ts';
import type { PolicyDecision, PolicyPort, PolicyRequest } from '../ports/PolicyPort.ts';
import { withTimeout } from '../resilience/withTimeout.ts';
import { type Awaitable, isPending } from '../types/awaitable.ts';
import { GovernanceUnavailableError } from '../types/errors.ts';

export interface AskOptions {
  /** Most ms that the engine may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * The engine's decision, at once where it answers at once. An engine that errs, or answers anything but a decision, has
 * allowed nothing.
 *
 * @throws GovernanceUnavailableError - the engine fails, or does not answer in time
 */
export function askPolicy(
  policy: PolicyPort,
  request: PolicyRequest,
  { timeoutMs, clock }: AskOptions,
): Awaitable<PolicyDecision> {
  const late = () => unavailable(`no answer within ${timeoutMs} ms`);
  try {
    const answer = withTimeout((signal) => policy.decide(request, { signal }), timeoutMs, clock, late);
    return isPending(answer) ? answer.then(checkDecision).catch(failed) : checkDecision(answer);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): never {
  if (error instanceof GovernanceUnavailableError) throw error;
  throw unavailable(error instanceof Error ? error.message : String(error), error);
}

function unavailable(reason: string, cause?: unknown): GovernanceUnavailableError {
  const message = `The policy engine failed: ${reason}. Nothing was stored; try again`;
  return new GovernanceUnavailableError(message, { part: 'policy-engine', reason }, { cause });
}

function checkDecision(answer: PolicyDecision): PolicyDecision {
  const { decision, engine, revision, matched, denials }: Partial<PolicyDecision> = answer ?? {};
  const isDecision =
    (decision === 'allow' || decision === 'deny') &&
    [engine, revision].every((text) => typeof text === 'string') &&
    [matched, denials].every(Array.isArray);
  if (!isDecision) throw new TypeError('its answer is no decision');
  return answer;
}
