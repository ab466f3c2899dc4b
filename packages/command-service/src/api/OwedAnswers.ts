import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Which answers each connection still owes, so that what is wrong behind a request is not answered in its place. */
export class OwedAnswers {
  readonly #owed = new WeakMap<Socket, Set<Exchange>>();

  /** Must be called before the server has its first connection. */
  watch(server: Server): void {
    server.prependListener('request', (request, response) => this.#add({ request, response }));
  }

  /** Resolves when every request that has arrived whole on this connection is answered, or the connection is gone. */
  async settled(socket: Socket): Promise<void> {
    const whole = [...(this.#owed.get(socket) ?? [])].filter(({ request }) => request.complete);
    await Promise.all(whole.map(({ response }) => closed(response)));
  }

  #add(exchange: Exchange): void {
    const { socket } = exchange.request;
    const owed = this.#owed.get(socket) ?? new Set();
    this.#owed.set(socket, owed.add(exchange));
    exchange.response.once('close', () => owed.delete(exchange));
  }
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', resolve));
}
