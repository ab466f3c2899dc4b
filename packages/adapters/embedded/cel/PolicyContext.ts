import type { CelInput } from '@bufbuild/cel';
import type { DomainEvent, PolicyRequest } from '@nexus/shared';
import { Bindings } from './Bindings.ts';
import { celMapOf } from './jsonValue.ts';
import type { PolicyAction } from './Policy.ts';

/** What one decision is about: one event, or the aggregate that is to be read. */
export interface PolicyContext {
  readonly action: PolicyAction;
  readonly aggregateId: string;
  readonly eventType?: string | undefined;
  readonly aggregateType?: string | undefined;
  readonly eventIndex?: number;
  /** The values of the variables that every policy sees. Made once, whatever the number of policies. */
  readonly values: ConstructorParameters<typeof Bindings>[0];
  readonly bindings: Bindings;
}

/** The contexts of a request, in the order of its events. */
export function contextsOf(request: PolicyRequest): PolicyContext[] {
  const { action, now, aggregateId = '' } = request;
  const principal = principalOf(request);
  if (action !== 'read') return request.events.map((event, index) => eventContext(request, principal, event, index));
  const values = { principal, action, now, resource: celMapOf({ aggregateId }) };
  return [{ action, aggregateId, values, bindings: new Bindings(values) }];
}

function eventContext(
  { action, now }: PolicyRequest,
  principal: CelInput,
  event: DomainEvent,
  eventIndex: number,
): PolicyContext {
  const { eventId, eventType, aggregateId, aggregateType, timestamp, payload, metadata } = event;
  const aggregateVersion = BigInt(event.aggregateVersion);
  const whole = { eventId, eventType, aggregateId, aggregateType, aggregateVersion, timestamp, payload, metadata };
  const resource = celMapOf({ aggregateId, aggregateType, aggregateVersion, eventType });
  const values = { principal, action, now, resource, event: celMapOf(whole) };
  return { action, aggregateId, eventType, aggregateType, eventIndex, values, bindings: new Bindings(values) };
}

function principalOf({ principal: { id, roles, client } }: PolicyRequest): CelInput {
  return celMapOf({ id, roles, client });
}
