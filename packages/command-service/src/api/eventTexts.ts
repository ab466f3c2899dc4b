import type { RecordedEvent } from '@nexus/shared';

const PAGE_EVENTS_MAX = 1_000;
const PAGE_CHARS_MAX = 8 * 1024 * 1024;
const CHUNK_CHARS = 64 * 1024;

/** Events as JSON texts, and the version behind them if there is one. */
interface TextPage {
  readonly texts: readonly string[];
  readonly nextVersion?: number;
}

/** Events that a read asks for to fill a page and to know whether more follow. */
export const PAGE_READ_LIMIT: number = PAGE_EVENTS_MAX + 1;

/** The first 1,000 events, or fewer once their JSON exceeds 8 Mi characters, but always one. */
export async function readPage(events: AsyncIterable<RecordedEvent>): Promise<TextPage> {
  const texts: string[] = [];
  let chars = 0;
  for await (const event of events) {
    if (texts.length === PAGE_EVENTS_MAX || chars > PAGE_CHARS_MAX)
      return { texts, nextVersion: event.aggregateVersion };
    const text = JSON.stringify(event);
    texts.push(text);
    chars += text.length;
  }
  return { texts };
}

/**
 * Events as lines of JSON, several to a chunk. The first chunk has been read when this resolves, so that a read that
 * cannot begin fails before anything is sent.
 */
export async function openLines(events: AsyncIterable<RecordedEvent>): Promise<AsyncIterable<string>> {
  const chunks = linesOf(events);
  const first = await chunks.next();
  return first.done === true ? chunks : startingWith(first.value, chunks);
}

async function* startingWith(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function* linesOf(events: AsyncIterable<RecordedEvent>): AsyncGenerator<string> {
  let chunk = '';
  for await (const event of events) {
    chunk += `${JSON.stringify(event)}\n`;
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
