/**
 * How the events of one aggregate in an append relate to what is stored there:
 * - `next`: new events behind the last one;
 * - `next-with-known-id`: the same, where the first one has the id of a stored event;
 * - `stale`: new events at versions that are taken;
 * - `gap`: new events behind a gap;
 * - `repeated`, `prefix`: an earlier append's share, whole or its beginning;
 * - `regrouped`: any stored events, whatever appends they came in;
 * - `straddling`: the last stored event, and new ones behind it;
 * - `changed`: stored events, one of them with other content.
 *
 * Where nothing is stored, all but `gap` mean `next`.
 */
export type ShareForm =
  | 'next'
  | 'next-with-known-id'
  | 'stale'
  | 'gap'
  | 'repeated'
  | 'prefix'
  | 'regrouped'
  | 'straddling'
  | 'changed';

/** Numbers pick out of what there is, by their remainder: every number means something in every state. */
export interface ShareStep {
  readonly form: ShareForm;
  readonly aggregate: number;
  /** Events, at least 1. */
  readonly size: number;
  readonly pick: number;
}

/** One thing that is done to a store and its model: plain data, which any library or loop can make. */
export type Step =
  | {
      readonly kind: 'append';
      /** At least one. Of several for one aggregate the first counts. */
      readonly shares: readonly ShareStep[];
    }
  | {
      readonly kind: 'race';
      readonly aggregate: number;
      /** Events of each of the racing appends. */
      readonly sizes: readonly number[];
      /** Whether all send the append of the first. */
      readonly isSame: boolean;
    }
  | {
      readonly kind: 'read';
      readonly aggregate: number;
      readonly fromVersion: number;
      /** 0: none. */
      readonly toVersion: number;
      readonly isBackward: boolean;
      /** 0: none. */
      readonly limit: number;
    }
  | { readonly kind: 'version'; readonly aggregate: number; readonly pick: number }
  | {
      readonly kind: 'query';
      readonly eventType: number;
      /** Bounds in ms of the suite's time, in either order. */
      readonly between: readonly [number, number];
      readonly limit: number;
    }
  /** From the start of the feed to its end. */
  | { readonly kind: 'subscribe' }
  /** Nothing where the store is not durable. */
  | { readonly kind: 'reopen' }
  /** Drops the instance, unclosed, with an append under way, and sends that again through another. */
  | {
      readonly kind: 'crash';
      readonly aggregate: number;
      readonly size: number;
      /** Events that each of its workers still handles; then it is dead. Default: 0. */
      readonly handles?: number;
    }
  /** Starts a worker of a durable consumer; a second one waits to take over. */
  | {
      readonly kind: 'start';
      readonly consumer: number;
      /** Counts for the first worker of the consumer only. */
      readonly from: 'start' | 'now';
      readonly checkpointEvery: number;
      readonly attemptsMax: number;
      /** The aggregate that the handler fails on, from 1. 0: none. */
      readonly fails: number;
      /** It fails at the multiples of this version. */
      readonly every: number;
      /** Whether on a second instance, where there can be one. */
      readonly isBeside: boolean;
    }
  /** Closes the worker that owns the consumer. */
  | { readonly kind: 'stop'; readonly consumer: number }
  /** The same, while it handles what is appended: after so many events its handler is busy until it is closed. */
  | {
      readonly kind: 'interrupt';
      readonly consumer: number;
      readonly aggregate: number;
      readonly size: number;
      readonly handles: number;
    }
  /** Asks to retry an aggregate: out of those that are parked, or where none is, of all. */
  | { readonly kind: 'retry'; readonly consumer: number; readonly aggregate: number }
  | {
      readonly kind: 'discard';
      readonly consumer: number;
      readonly aggregate: number;
      /** 0: the version that waits. 1: the one behind it, which is refused. */
      readonly beside: number;
    };
