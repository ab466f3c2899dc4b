const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. Only for the writer's own thread and for the moment in which a file is opened. */
export function sleepSync(ms: number): void {
  Atomics.wait(NEVER, 0, 0, ms);
}
