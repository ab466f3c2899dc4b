import type { Clock } from '../ports/Clock.ts';
import type { ReadForm } from '../ports/EventStorePort.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { EventHandler } from '../ports/Subscription.ts';
import type { Lifter } from '../schema/evolution/Lifter.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { isNexusError } from '../types/errors.ts';

const REGISTRY_WAIT_MS = 1_000;

export interface LiftingDependencies {
  readonly lifter: Lifter;
  readonly clock: Clock;
  readonly logger: LoggerPort;
}

/**
 * Hands events to a handler in the form that its subscription asks for. A payload that no rule can lift fails its
 * delivery, as a failing handler does. A registry that is away says nothing about the event, so it is waited for.
 */
export function liftingHandler(handler: EventHandler, form: ReadForm, dependencies: LiftingDependencies): EventHandler {
  return async (event, context) => handler(await liftOrWait(event, form, context.signal, dependencies), context);
}

async function liftOrWait(
  event: RecordedEvent,
  form: ReadForm,
  signal: AbortSignal,
  { lifter, clock, logger }: LiftingDependencies,
): Promise<RecordedEvent> {
  for (;;) {
    try {
      return await lifter.lift(event, form);
    } catch (error) {
      if (signal.aborted || !isNexusError(error, 'GOVERNANCE_UNAVAILABLE')) throw error;
      logger.warn({ error }, 'the feed waits for the schema registry');
      await clock.sleep(REGISTRY_WAIT_MS, signal);
    }
  }
}
