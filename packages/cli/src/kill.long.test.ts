import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@nexus/adapters/embedded';
import { type DomainEvent, nextEvents } from '@nexus/shared';
import { afterEach, expect, it } from 'vitest';

const ROUNDS = 10;
const CLIENTS = 16;
/** Acknowledgements after which a round's service is killed: another number each time, from a few to many. */
const ACKNOWLEDGED_BEFORE_KILL = Array.from({ length: ROUNDS }, (_, round) => 5 + round * round * 7);
const BIN = join(import.meta.dirname, '../bin/nexus.js');

const folder = mkdtempSync(join(tmpdir(), 'nexus-kill-'));
const path = join(folder, 'nexus.db');
let service: ChildProcess | undefined;
afterEach(() => {
  service?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function startService(): Promise<string> {
  service = spawn(
    process.execPath,
    [BIN, 'serve', '--port', '0', '--json', '--config', 'none', '--store', `sqlite:${path}`],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [announcement] = await once(service.stdout as NodeJS.ReadableStream, 'data');
  return JSON.parse(String(announcement)).address;
}

async function killService(): Promise<void> {
  const exited = once(service as ChildProcess, 'exit');
  service?.kill('SIGKILL');
  await exited;
}

/** Appends to its own aggregate until the service dies; sends what was not acknowledged again in the next round. */
class Client {
  readonly acknowledged: DomainEvent[] = [];
  readonly #aggregateId: string;
  #pending: DomainEvent[] | undefined;

  constructor(index: number) {
    this.#aggregateId = `client-${index}`;
  }

  async run(address: string, onAcknowledged: () => void): Promise<void> {
    for (;;) {
      this.#pending ??= nextEvents(this.#aggregateId, this.acknowledged.length, this.#drafts());
      if (!(await this.#send(address, this.#pending))) return;
      this.acknowledged.push(...this.#pending);
      this.#pending = undefined;
      onAcknowledged();
    }
  }

  /** Appends of one, two and three events, so that a torn one would show. */
  #drafts() {
    const size = 1 + (this.acknowledged.length % 3);
    return Array.from({ length: size }, (_, index) => ({ eventType: 'Counted', payload: { index, size } }));
  }

  /** @returns false when the service is gone */
  async #send(address: string, events: readonly DomainEvent[]): Promise<boolean> {
    const body = JSON.stringify({ events });
    const headers = { 'content-type': 'application/json' };
    try {
      const response = await fetch(`${address}/api/events`, { method: 'POST', headers, body });
      expect([200, 201]).toContain(response.status);
      await response.arrayBuffer();
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  }
}

it('loses no acknowledged event, stores none twice, and tears no append when the service is killed ten times under load', async () => {
  const clients = Array.from({ length: CLIENTS }, (_, index) => new Client(index));

  for (const killAfter of ACKNOWLEDGED_BEFORE_KILL) {
    const address = await startService();
    const enough = Promise.withResolvers<void>();
    let acknowledged = 0;
    const running = clients.map((client) =>
      client.run(address, () => {
        acknowledged++;
        if (acknowledged === killAfter) enough.resolve();
      }),
    );
    await Promise.race([enough.promise, Promise.all(running)]);
    await killService();
    await Promise.all(running);
  }

  const store = new SqliteEventStore({ path });
  const report = await store.verify();
  expect(report).toMatchObject({ clean: true, findings: [] });
  for (const [index, { acknowledged }] of clients.entries()) {
    const stored = await store.getEvents(`client-${index}`);
    expect(stored.slice(0, acknowledged.length).map(({ eventId }) => eventId)).toEqual(
      acknowledged.map(({ eventId }) => eventId),
    );
    expect(new Set(stored.map(({ eventId }) => eventId)).size).toBe(stored.length);
    const unacknowledged = stored.slice(acknowledged.length);
    expect([0, 1 + (acknowledged.length % 3)]).toContain(unacknowledged.length);
  }
  const total = clients.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  console.log(`${ROUNDS} kills: ${total} events acknowledged, ${report.events} found, 0 twice, 0 torn`);
  await store.close();
});
