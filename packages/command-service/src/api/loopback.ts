import { isIPv4 } from 'node:net';

/** Whether a host can only be this very machine: `localhost`, 127.0.0.0/8 or ::1, without brackets and port. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** The host of a `Host` header, without brackets and port; `undefined` if it is malformed. */
export function hostOfHeader(header: string): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header);
  return match?.[1] ?? match?.[2];
}
