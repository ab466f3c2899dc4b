import type { Writable } from 'node:stream';
import { OutputClosedError, OutputError } from '../errors.ts';

/** A stream of text that waits while its reader is slow, and knows when its reader has gone. */
export class Output {
  readonly #stream: Writable;
  readonly #name: string;
  #failure: OutputClosedError | OutputError | undefined;

  constructor(stream: Writable, name: string) {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', (error) => {
      this.#failure ??= failureOf(error, name);
    });
  }

  /** @throws OutputClosedError, OutputError */
  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** @throws OutputClosedError, OutputError */
  async write(text: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#stream.destroyed) throw failureOf({ code: 'EPIPE', message: 'closed' }, this.#name);
    if (!this.#stream.write(text)) await this.#drained();
  }

  #drained(): Promise<void> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        for (const event of ['drain', 'error', 'close']) stream.off(event, settle);
        const failure =
          this.#failure ?? (stream.destroyed ? failureOf({ code: 'EPIPE', message: 'closed' }, this.#name) : undefined);
        if (failure === undefined) resolve();
        else reject(failure);
      };
      for (const event of ['drain', 'error', 'close']) stream.on(event, settle);
    });
  }
}

function failureOf(error: { code?: string; message: string }, name: string): OutputClosedError | OutputError {
  if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') {
    return new OutputClosedError(`${name} was closed by its reader`, {}, { cause: error });
  }
  return new OutputError(`${name} cannot be written: ${error.message}`, { target: name }, { cause: error });
}
