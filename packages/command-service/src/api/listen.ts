import { ConfigurationError } from '@nexus/shared';
import type { FastifyInstance } from 'fastify';
import { isLoopbackHost } from './loopback.ts';

export interface ListenOptions {
  /** 127.0.0.0/8, `::1` or `localhost`, which is 127.0.0.1. Default: `localhost`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/**
 * Begins to serve, on this machine only: nothing authenticates requests yet.
 *
 * @returns the address, such as `http://127.0.0.1:4000`
 * @throws ConfigurationError - the host is not a loopback address, or the port cannot be had
 */
export async function listen(api: FastifyInstance, { host = 'localhost', port }: ListenOptions): Promise<string> {
  if (!isLoopbackHost(host)) {
    throw new ConfigurationError(
      'host',
      `The service does not listen on ${host}: it does not authenticate requests yet, so it serves this machine only. ` +
        'Use 127.0.0.1, ::1 or localhost',
    );
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError('port', `The port must be an integer from 0 to 65535, not ${port}`);
  }
  try {
    return await api.listen({ host: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port });
  } catch (cause) {
    throw explained(cause, host, port);
  }
}

function explained(cause: unknown, host: string, port: number): unknown {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ConfigurationError('port', `Port ${port} of ${host} is in use; stop what uses it, or choose another`, {
        cause,
      });
    case 'EACCES':
      return new ConfigurationError('port', `Port ${port} may not be used by this user; choose one above 1023`, {
        cause,
      });
    case 'EADDRNOTAVAIL':
      return new ConfigurationError('host', `This machine has no address ${host}; use 127.0.0.1`, { cause });
    default:
      return cause;
  }
}
