import type { Writable } from 'node:stream';
import { OutputClosedError, OutputError } from '../errors.ts';

/** A stream of text that waits while its reader is slow, and knows when its reader has gone. */
export class Output {
  readonly #stream: Writable;
  readonly #name: string;
  readonly #failed = new AbortController();

  /** @param name - for errors, such as `standard output` */
  constructor(stream: Writable, name: string) {
    this.#stream = stream;
    this.#name = name;
    // Without a listener the error would end the process.
    stream.on('error', (error) => this.#failed.abort(this.#failureOf(error)));
  }

  /** Aborted when nothing more can be written. Its reason is the error that `write` throws. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** @throws OutputClosedError, OutputError */
  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  /**
   * Resolves when the stream has passed the text on.
   *
   * @throws OutputClosedError, OutputError
   */
  async write(text: string): Promise<void> {
    this.#failed.signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => (error ? reject(this.#failureOf(error)) : resolve()));
    });
  }

  #failureOf(error: NodeJS.ErrnoException): OutputClosedError | OutputError {
    const { code, message } = error;
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_WRITE_AFTER_END') {
      return new OutputClosedError(`${this.#name} was closed by its reader`, {}, { cause: error });
    }
    const target = this.#name;
    return new OutputError(`${target} cannot be written: ${message}`, { target }, { cause: error });
  }
}
