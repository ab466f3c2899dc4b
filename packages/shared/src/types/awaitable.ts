/** An answer that is at hand, or will be. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Whether an answer is still to come. */
export function isPending<Value>(value: Awaitable<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Goes on with an answer, in the same turn where it is at hand. */
export function andThen<Value, Result>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return isPending(value) ? value.then(next) : next(value);
}
