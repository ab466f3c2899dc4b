import type { CelInput } from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { DomainEvent, PolicyRequest } from '@nexus/shared';
import type { Bindings } from './compileExpression.ts';
import { celMapOf } from './jsonValue.ts';

/** What one decision is about: one event, or the aggregate that is to be read. */
export interface PolicyContext {
  readonly action: PolicyRequest['action'];
  readonly aggregateId: string;
  readonly eventType?: string;
  readonly aggregateType?: string;
  readonly eventIndex?: number;
  /** The variables that every policy sees. Made once, whatever the number of policies. */
  readonly bindings: Bindings;
}

/** The contexts of a request, one after another, in the order of the events. */
export function* contextsOf(request: PolicyRequest): Generator<PolicyContext, void, undefined> {
  const common = commonBindings(request);
  if (request.action === 'read') {
    const { aggregateId = '' } = request;
    yield { action: 'read', aggregateId, bindings: within(common, { resource: celMapOf({ aggregateId }) }) };
    return;
  }
  for (const [eventIndex, event] of request.events.entries()) {
    const { aggregateId, aggregateType, eventType } = event;
    const place = { action: request.action, aggregateId, eventType, eventIndex };
    const bindings = within(common, { event: eventOf(event), resource: resourceOf(event) });
    yield { ...place, ...(aggregateType !== undefined && { aggregateType }), bindings };
  }
}

function commonBindings({ action, principal: { id, roles, client }, now }: PolicyRequest): Bindings {
  let time: CelInput | undefined;
  return within(null, {
    principal: celMapOf({ id, roles, client }),
    action,
    get now() {
      time ??= timestampFromMs(Date.parse(now));
      return time;
    },
  });
}

/** Names are looked up along prototypes; there is none of JavaScript's own, whose names would be variables. */
function within(outer: Bindings | null, own: Bindings): Bindings {
  return Object.create(outer, Object.getOwnPropertyDescriptors(own)) as Bindings;
}

function eventOf(event: DomainEvent): CelInput {
  const { eventId, eventType, aggregateId, aggregateType, aggregateVersion, timestamp, payload, metadata } = event;
  const version = { aggregateVersion: BigInt(aggregateVersion) };
  return celMapOf({ eventId, eventType, aggregateId, aggregateType, ...version, timestamp, payload, metadata });
}

function resourceOf({ aggregateId, aggregateType, aggregateVersion, eventType }: DomainEvent): CelInput {
  return celMapOf({ aggregateId, aggregateType, aggregateVersion: BigInt(aggregateVersion), eventType });
}
