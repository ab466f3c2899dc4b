import { Agent } from 'node:http';
import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { type GovernedEventStoreOptions, InMemoryPolicy, InMemorySchemaRegistry, SILENT_LOGGER } from '@nexus/shared';
import { onTestFinished } from 'vitest';
import { AnswerCheck, problemFaults } from './AnswerCheck.ts';
import { curlOf, type FuzzAnswer, type FuzzRequest, sendRequest } from './FuzzRequest.ts';
import { documentOf, type OpenApiDocument } from './openApiDocument.ts';
import { bytesOf, type RawExchange } from './rawExchanges.ts';
import { type RawAnswer, sendAndLeave, sendRaw } from './sendRaw.ts';
import { serve } from './serving.ts';

const IDLE_MS = 60;

/** Rules as services have them, for {@link FuzzedApi}. */
export function governance(): GovernedEventStoreOptions {
  const schemaRegistry = new InMemorySchemaRegistry();
  schemaRegistry.register('OrderPlaced', {
    type: 'object',
    required: ['total'],
    properties: { total: { type: 'number', minimum: 0 } },
  });
  const policy = new InMemoryPolicy([
    {
      name: 'small-orders',
      check: ({ payload }) => (Number(payload.total) > 900 ? 'The total is too large' : undefined),
    },
  ]);
  return { schemaRegistry, policy };
}

/** A service that requests are fired at, and whose every answer is compared with what it promises. */
export class FuzzedApi {
  readonly url: string;
  readonly document: OpenApiDocument;
  readonly store: InMemoryEventStore;
  /** How many answers had each status. */
  readonly statuses = new Map<number, number>();
  readonly #check: AnswerCheck;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #logged: string[];
  #digest = '';

  private constructor(url: string, document: OpenApiDocument, store: InMemoryEventStore, logged: string[]) {
    this.url = url;
    this.document = document;
    this.store = store;
    this.#logged = logged;
    this.#check = new AnswerCheck(document);
  }

  /** Serves an empty store until the test ends. */
  static async open(options: GovernedEventStoreOptions = {}): Promise<FuzzedApi> {
    const logged: string[] = [];
    const logger = {
      ...SILENT_LOGGER,
      error: (fields: object) => void logged.push(String((fields as { err?: Error }).err?.stack)),
    };
    const store = new InMemoryEventStore(options);
    const { api, url } = await serve(store, { logger, bodyLimitBytes: 2 * 1024 * 1024 });
    const fuzzed = new FuzzedApi(url, await documentOf(api), store, logged);
    fuzzed.#digest = await fuzzed.#contentDigest();
    onTestFinished(() => fuzzed.#agent.destroy());
    return fuzzed;
  }

  /** @throws RangeError - the answer, or what it left in the store, breaks a promise; with the request as a line of shell */
  async probe(request: FuzzRequest): Promise<void> {
    const answer = await sendRequest(Number(new URL(this.url).port), request, this.#agent);
    const faults = answer === undefined ? [] : this.#check.faults(request, answer);
    if (answer !== undefined) this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    const all = [...faults, ...(await this.#aftermath(answer)), ...this.#logged.splice(0)];
    if (all.length === 0) return;
    const shown = answer === undefined ? 'none' : `${answer.status} ${answer.body.slice(0, 2_000)}`;
    throw new RangeError(`The answer has ${all.join('; ')}\n${curlOf(request)}\n${shown}`);
  }

  /** @throws RangeError - as {@link probe}, with the connection's bytes */
  async exchange(exchange: RawExchange): Promise<void> {
    const bytes = bytesOf(exchange);
    const { requests, leavesAt } = exchange;
    if (leavesAt !== undefined) await sendAndLeave(this.url, bytes.subarray(0, Math.floor(leavesAt * bytes.length)));
    const all = leavesAt === undefined ? await sendRaw(this.url, bytes, IDLE_MS) : [];
    const answers = all.filter(({ status }) => status !== 100);
    const faults = [
      ...answers.flatMap((answer) => (answer.status >= 400 ? problemFaults(answer) : [])),
      ...answers.flatMap(({ status }) => (status === 500 ? ['a status of 500'] : [])),
      ...(await this.#misanswered(requests, answers)),
      ...(await this.#brokenRest()),
    ];
    if (faults.length === 0) return;
    const shown = answers.map(({ status, body }) => `${status} ${body.slice(0, 1_000)}`).join('\n');
    throw new RangeError(
      `The connection has ${faults.join('; ')}\n${JSON.stringify(bytes.toString('latin1'))}\n${shown}`,
    );
  }

  /** Appends whose answers say something else than what the store did, as far as answers can be told apart. */
  async #misanswered(requests: RawExchange['requests'], answers: readonly RawAnswer[]): Promise<string[]> {
    const unframed = requests.findIndex(({ framed }) => !framed);
    const known = unframed === -1 ? requests : requests.slice(0, unframed + 1);
    const faults: string[] = [];
    for (const [index, { aggregateId }] of known.entries()) {
      const status = answers[index]?.status;
      if (aggregateId === undefined || status === undefined) continue;
      const stored = (await this.store.getVersion(aggregateId)) > 0;
      if (stored !== status < 400) faults.push(`a ${status} for an append that was ${stored ? '' : 'not '}stored`);
    }
    return faults;
  }

  async #brokenRest(): Promise<string[]> {
    const alive = await fetch(`${this.url}/health/ready`);
    await alive.text();
    const { clean } = await this.store.verify();
    return [
      ...(alive.status === 200 ? [] : [`left the service with a ${alive.status}`]),
      ...(clean ? [] : ['left the store in disorder']),
      ...this.#logged.splice(0),
    ];
  }

  async #aftermath(answer: FuzzAnswer | undefined): Promise<string[]> {
    const before = this.#digest;
    this.#digest = await this.#contentDigest();
    const stored = before !== this.#digest;
    const alive = await fetch(`${this.url}/health/ready`);
    await alive.text();
    return [
      ...(stored === (answer?.status === 201) ? [] : [stored ? 'stored events all the same' : 'stored nothing']),
      ...(alive.status === 200 ? [] : [`left the service with a ${alive.status}`]),
    ];
  }

  async #contentDigest(): Promise<string> {
    return (await this.store.verify()).contentDigest;
  }
}
