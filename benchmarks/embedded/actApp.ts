import { EVENT_TYPES } from './events.ts';

interface ActTarget {
  readonly stream: string;
  readonly actor: { readonly id: string; readonly name: string };
  readonly expectedVersion: number;
}

/** The action that the application knows, with what it emits. */
interface AppendInput {
  readonly eventType: string;
  readonly payload: unknown;
}

export interface ActApp {
  do(action: 'append', target: ActTarget, input: AppendInput): Promise<unknown>;
  on(event: 'committed' | 'settled', listener: () => void): unknown;
  off(event: 'settled', listener: () => void): unknown;
  settle(): void;
  shutdown(): Promise<unknown>;
}

interface ActBuilder {
  withState(state: unknown): ActBuilder;
  on(eventType: string): {
    do(handler: () => Promise<void>): { to(target: string): ActBuilder };
  };
  build(options: { readonly settleDebounceMs: number }): ActApp;
}

interface StateBuilder {
  init(initial: () => object): StateBuilder;
  emits(schemas: Readonly<Record<string, unknown>>): StateBuilder;
  on(actions: Readonly<Record<string, unknown>>): {
    emit(handle: (input: AppendInput) => readonly [string, unknown]): { build(): unknown };
  };
}

/** What is used of `@rotorsoft/act`. */
export interface ActFramework {
  act(): ActBuilder;
  state(schemas: Readonly<Record<string, unknown>>): StateBuilder;
  /** Sets the store of all applications. */
  store(store: unknown): unknown;
}

/** What is used of `zod`. */
export interface Zod {
  readonly z: { record(key: unknown, value: unknown): unknown; string(): unknown; unknown(): unknown };
}

/** An application whose one action appends an event, and which reacts to every event by `handler`. */
export function buildApp({ act, state }: ActFramework, { z }: Zod, handler: () => void): ActApp {
  const anything = z.record(z.string(), z.unknown());
  const order = state({ Order: anything })
    .init(() => ({}))
    .emits(Object.fromEntries(EVENT_TYPES.map((eventType) => [eventType, anything])))
    .on({ append: anything })
    .emit(({ eventType, payload }) => [eventType, payload])
    .build();
  const reacting = EVENT_TYPES.reduce(
    (builder, eventType) => builder.on(eventType).do(reactionOf(handler)).to('benchmark'),
    act().withState(order),
  );
  // By default it waits 10 ms for more events before it looks.
  const app = reacting.build({ settleDebounceMs: 1 });
  app.on('committed', () => app.settle());
  return app;
}

/** Reactions have to have a name. */
function reactionOf(handler: () => void): () => Promise<void> {
  return async function react() {
    handler();
  };
}
