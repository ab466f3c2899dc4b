import { InvalidArgumentError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import { canonicalTime } from '../types/time.ts';
import { idFault, typeFault } from './eventRules.ts';

/** The rules for the parameters of the port. Each throws `InvalidArgumentError`, which names the parameter. */

export function checkAggregateId(aggregateId: unknown): void {
  refuse('aggregateId', idFault(aggregateId));
}

export function checkEventId(eventId: unknown): void {
  refuse('eventId', idFault(eventId));
}

export function checkEventType(eventType: unknown): void {
  refuse('eventType', typeFault(eventType));
}

export function checkVersion(argument: string, version: unknown): void {
  if (Number.isSafeInteger(version) && (version as number) >= 1) return;
  refuse(argument, `must be an integer from 1, found ${String(version)}`);
}

export function checkDirection(direction: unknown): void {
  if (direction !== 'forward' && direction !== 'backward') refuse('direction', 'must be forward or backward');
}

/** @param max - the largest value, inclusive */
export function checkLimit(limit: unknown, max: number): void {
  if (Number.isSafeInteger(limit) && (limit as number) >= 1 && (limit as number) <= max) return;
  refuse('limit', `must be an integer from 1 to ${max}, found ${String(limit)}`);
}

/** Any RFC 3339 time with a zone and no more than milliseconds, in canonical form. */
export function checkTime(argument: string, time: unknown): string {
  const canonical = typeof time === 'string' ? canonicalTime(time) : undefined;
  if (canonical !== undefined) return canonical;
  throw new InvalidArgumentError(
    argument,
    `must be a time with a zone and at most milliseconds, such as 2026-01-31T12:00:00.000Z, found ${String(time)}`,
  );
}

export function checkClientId(clientId: unknown): void {
  refuse('clientId', idFault(clientId));
}

export function checkPrincipal(principal: Principal): void {
  const isPrincipal =
    typeof principal.id === 'string' &&
    principal.id !== '' &&
    typeof principal.client === 'string' &&
    Array.isArray(principal.roles) &&
    principal.roles.every((role) => typeof role === 'string');
  if (!isPrincipal) refuse('principal', 'must have an id, a client and an array of the names of its roles');
}

function refuse(argument: string, fault: string | undefined): void {
  if (fault !== undefined) throw new InvalidArgumentError(argument, fault);
}
