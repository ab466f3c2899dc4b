import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import { isNexusError } from '../types/errors.ts';
import type { JsonObject } from '../types/json.ts';
import type { Principal } from '../types/Principal.ts';
import { isoTime } from '../types/time.ts';

export interface QueryAuditOptions {
  readonly auditLog: AuditLogPort;
  readonly clock: Clock;
  /** Makes the ids that join the two records of a query. */
  readonly newId: () => string;
}

/** What is asked, and by whom. */
export interface AuditedQuery {
  readonly actor: Principal;
  readonly details: JsonObject;
  readonly signal?: AbortSignal | undefined;
}

/** Puts each query on record twice: what is asked before anything is read, and what came of it before it is shown. */
export class QueryAudit {
  readonly #options: QueryAuditOptions;

  constructor(options: QueryAuditOptions) {
    this.#options = options;
  }

  /**
   * @param read - is not called where the first record fails
   * @param countOf - how many events the answer shows
   * @throws GovernanceUnavailableError - nothing is read, or what was read is not shown
   */
  async audited<Answer>(
    { actor, details, signal }: AuditedQuery,
    read: () => Promise<Answer>,
    countOf: (answer: Answer) => number,
  ): Promise<Answer> {
    const { auditLog, clock, newId } = this.#options;
    const queryId = newId();
    const beganAt = clock.now();
    await auditLog.record({ at: isoTime(beganAt), action: 'query.begin', actor, details: { queryId, ...details } });
    const end = (outcome: string, count: number) => {
      const now = clock.now();
      const result = { queryId, outcome, count, durationMs: Math.max(0, now - beganAt) };
      return auditLog.record({ at: isoTime(now), action: 'query.end', actor, details: result });
    };
    let answer: Answer;
    try {
      answer = await read();
    } catch (error) {
      await end(outcomeOf(error, signal), 0);
      throw error;
    }
    await end('ok', countOf(answer));
    return answer;
  }
}

function outcomeOf(error: unknown, signal: AbortSignal | undefined): string {
  if (isNexusError(error)) return error.code;
  return signal?.aborted === true ? 'ABORTED' : 'UNEXPECTED';
}
