import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { RecordedEvent } from '@nexus/shared';
import { SECURE_HEADERS } from './replyWithProblem.ts';

/** Writes server-sent events, as fast as the client reads them. */
export class EventStreamWriter {
  readonly #response: ServerResponse;
  readonly #ended: AbortSignal;

  /** @param ended - from when on nothing more is written, so that no writer waits for a client that has gone */
  constructor(response: ServerResponse, ended: AbortSignal) {
    this.#response = response;
    this.#ended = ended;
  }

  /**
   * Sends the headers at once, so that the client knows that it has begun.
   *
   * @param checkpoint - sent as an id without an event, so that a client that comes back before the first event resumes
   * here, and does not begin anew
   */
  begin(checkpoint: string | undefined): void {
    this.#response.writeHead(200, { ...SECURE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    this.#response.flushHeaders();
    if (checkpoint !== undefined) this.#response.write(`id: ${checkpoint}\n\n`);
  }

  /** Resolves when there is room for the next event, or the stream has ended. */
  async send(event: RecordedEvent, checkpoint: string): Promise<void> {
    if (this.#ended.aborted) return;
    const hasRoom = this.#response.write(`id: ${checkpoint}\ndata: ${JSON.stringify(event)}\n\n`);
    if (!hasRoom) await this.#drained();
  }

  /** A comment, by which both ends notice a connection that has died. Left out while older bytes still wait. */
  heartbeat(): void {
    if (!this.#ended.aborted && !this.#response.writableNeedDrain) this.#response.write(':\n\n');
  }

  end(): void {
    this.#response.end();
  }

  /** Breaks the connection, so that the client comes back and resumes. */
  breakOff(): void {
    this.#response.destroy();
  }

  async #drained(): Promise<void> {
    try {
      await once(this.#response, 'drain', { signal: this.#ended });
    } catch (error) {
      if (!this.#ended.aborted) throw error;
    }
  }
}
