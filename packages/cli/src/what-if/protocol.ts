import type { DomainEvent, JsonObject, Principal } from '@nexus/shared';
import type { BrokenRule } from './BrokenRule.ts';

/** A schema as it travels to a thread: without the rules that lift payloads, which may be functions. */
export interface PlainSchema {
  readonly eventType: string;
  readonly version: string;
  readonly digest: string;
  readonly schema: JsonObject;
  readonly inactive?: string;
}

/** What the proposed registry holds of one event type. */
export interface SchemaType {
  readonly eventType: string;
  /** The version that an event follows which names none. Absent: no version is active. */
  readonly latest?: string;
  readonly versions: readonly PlainSchema[];
}

/** By which version of its schema a payload is judged. */
export type VersionChoice = 'named' | 'recorded' | 'latest';

/** The rules that the threads judge by, read once, so that a file which changes meanwhile changes nothing. */
export interface JudgeSettings {
  /** Absent: payloads are not judged. */
  readonly schemas?: readonly SchemaType[];
  /** The policies' source. Absent: there are none. */
  readonly policies?: string;
  readonly unknownTypes: 'refuse' | 'allow';
  readonly versions: VersionChoice;
}

/** An event, and what an append of it would be decided by. */
export interface JudgedItem {
  readonly event: DomainEvent;
  /** The version that was recorded with it. */
  readonly recordedVersion?: string;
  readonly principal: Principal;
  /** ISO 8601, UTC, milliseconds. */
  readonly now: string;
}

/** The rules that the event at `index` of its batch breaks, each once, with the place where it breaks it first. */
export interface Finding {
  readonly index: number;
  readonly broken: readonly BrokenRule[];
}

/** `items` is a JSON text of {@link JudgedItem}s, which travels quicker than objects do. */
export interface JudgeRequest {
  readonly id: number;
  readonly items: string;
}

/** The rules cannot decide, and the thread judges no more. */
export interface JudgeFailure {
  readonly failure: string;
  readonly part: 'schema-registry' | 'policy-engine';
}

export type JudgeReply = JudgeFailure | { readonly id: number; readonly findings: readonly Finding[] };
