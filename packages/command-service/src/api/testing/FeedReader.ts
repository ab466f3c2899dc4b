import type { RecordedEvent } from '@nexus/shared';

interface FeedMessage {
  /** A comment, when there is neither id nor event. */
  readonly comment: boolean;
  readonly id?: string;
  readonly event?: RecordedEvent;
}

/** A client of the feed that reads messages as it is asked for them. */
export class FeedReader {
  readonly response: Response;
  readonly #leaving: AbortController;
  readonly #messages: AsyncGenerator<FeedMessage>;

  private constructor(response: Response, leaving: AbortController) {
    this.response = response;
    this.#leaving = leaving;
    this.#messages = messagesOf(response);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<FeedReader> {
    const leaving = new AbortController();
    return new FeedReader(await fetch(url, { headers, signal: leaving.signal }), leaving);
  }

  /** The next message; `undefined` when the server ended the feed. */
  async next(): Promise<FeedMessage | undefined> {
    const { value, done } = await this.#messages.next();
    return done === true ? undefined : value;
  }

  async take(count: number): Promise<FeedMessage[]> {
    const taken: FeedMessage[] = [];
    while (taken.length < count) {
      const message = await this.next();
      if (message === undefined) break;
      taken.push(message);
    }
    return taken;
  }

  leave(): void {
    this.#leaving.abort();
  }
}

async function* messagesOf(response: Response): AsyncGenerator<FeedMessage> {
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString('utf8');
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks.map(parse);
  }
}

function parse(block: string): FeedMessage {
  const fields = new Map(block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]));
  const id = fields.get('id');
  const data = fields.get('data');
  return {
    comment: block.startsWith(':'),
    ...(id === undefined ? {} : { id }),
    ...(data === undefined ? {} : { event: JSON.parse(data) as RecordedEvent }),
  };
}
