import type { ServerResponse } from 'node:http';

/** Aborted when the response has been sent or its client has gone away. */
export function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  else response.once('close', () => gone.abort());
  return gone.signal;
}
