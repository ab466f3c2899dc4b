import type { JsonObject, JsonValue } from './json.ts';

/**
 * What a client says about an event beside its payload. It is the client's alone: Nexus adds nothing to it, and
 * refuses keys that start with `$` or `nexus`.
 */
export interface EventMetadata {
  /** Ties together the events of one business conversation. */
  readonly correlationId?: string;
  /** The id of the message that caused this event. */
  readonly causationId?: string;
  /** The user on whose behalf the event happened. Not the authenticated actor: that one is in the receipt. */
  readonly userId?: string;
  /** The version of the event type's schema that the payload follows. Default: the latest that the registry knows. */
  readonly schemaVersion?: number | string;
  readonly [key: string]: JsonValue | undefined;
}

/** What Nexus knows about a stored event. It lies outside the event's digest. */
export interface RecordedDetails {
  /** When the store took the event: ISO 8601, UTC, milliseconds. */
  readonly recordedAt: string;
  /** SHA-256 of the event's canonical JSON (RFC 8785), as `1:` (the algorithm's number) and 64 hex digits. */
  readonly digest: string;
  /** The version of the schema that the payload was checked against. Absent when no registry checked it. */
  readonly schemaVersion?: string;
  /** The version that the payload was lifted to when it was read. Absent when it is as it was stored. */
  readonly upcastTo?: string;
  /** The W3C trace context of the append, where one was active. */
  readonly traceparent?: string;
  /** True when an import added the event behind newer ones of its aggregate. */
  readonly outOfOrder?: true;
}

/**
 * Something that happened, as a service states it. Its identity is (`aggregateId`, `aggregateVersion`).
 *
 * @typeParam Type - the event type's name
 * @typeParam Payload - the shape of `payload`
 */
export interface DomainEvent<Type extends string = string, Payload = JsonObject> {
  /** Unique within an append. 1 to 1,600 bytes of UTF-8. */
  readonly eventId: string;
  /** 1 to 1,024 bytes of UTF-8. */
  readonly eventType: Type;
  /** 1 to 1,600 bytes of UTF-8. */
  readonly aggregateId: string;
  /** 1 to 1,024 bytes of UTF-8. */
  readonly aggregateType?: string;
  /** 1, 2, 3 … for each aggregate, without gaps. */
  readonly aggregateVersion: number;
  /** When it happened: ISO 8601, UTC, with milliseconds, as `Date.prototype.toISOString` writes it. */
  readonly timestamp: string;
  readonly payload: Payload;
  readonly metadata: EventMetadata;
  /** Set on events that were read from a store. Ignored by `append`: each store writes its own. */
  readonly recorded?: RecordedDetails;
}

/** A {@link DomainEvent} as it comes back from a store. */
export type RecordedEvent<Event extends DomainEvent<string, unknown> = DomainEvent> = Event & {
  readonly recorded: RecordedDetails;
};

/** A map from event type to the shape of its payload, to type a store by. */
// biome-ignore lint/suspicious/noExplicitAny: a payload type is the caller's own, often an interface without an index signature.
export type EventMap = Record<string, any>;

/** The union of the events of an {@link EventMap}. */
export type EventOf<Events extends EventMap> = {
  [Type in keyof Events & string]: DomainEvent<Type, Events[Type]>;
}[keyof Events & string];
