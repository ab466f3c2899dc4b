import type { NumberedRequest } from './protocol.ts';

/** Most requests of one group: it bounds how long the first of them waits for its reply. */
const GROUP_REQUESTS_MAX = 512;
/** Most bytes of one group, unless a single request is larger. */
const GROUP_BYTES_MAX = 4 * 1024 * 1024;

/** Takes the next group off the front of those that wait, at least one. */
export function takeGroup(waiting: NumberedRequest[]): NumberedRequest[] {
  let bytes = 0;
  let count = 0;
  for (const [, request] of waiting) {
    bytes += request.bytes;
    if (count > 0 && (bytes > GROUP_BYTES_MAX || count === GROUP_REQUESTS_MAX)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}
