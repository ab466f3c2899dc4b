import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { errorOf, eventJson, inStore, SAMPLE_CONFIG, temporaryFolder } from './testing/runCli.ts';

const BIN = fileURLToPath(new URL('../bin/nexus.js', import.meta.url));

/** Starts the command as its users do. */
function start(
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, [...nodeArgs, BIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NEXUS_CONFIG: 'none' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as never;
}

async function ended(child: ReturnType<typeof start>): Promise<{ code: number | null; out: string; err: string }> {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr as never), once(child, 'exit')]);
  return { code, out, err };
}

function newStore(): string {
  return `sqlite:${join(temporaryFolder(), 'store.db')}`;
}

/** The first line that a service prints, for machines. */
async function announced(
  child: ReturnType<typeof start>,
): Promise<{ address: string; try: Record<'stored' | 'refusedBySchema' | 'refusedByPolicy', string> }> {
  const [line] = await once(createInterface(child.stdout), 'line');
  return JSON.parse(line);
}

/** Does what a printed curl line does. */
async function tryOut(curlLine: string): Promise<{ status: number; body: { code?: string } }> {
  const [, url = '', body = ''] = /curl -i (\S+) .* -d '(.*)'$/.exec(curlLine) ?? [];
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

describe('the command', () => {
  test('refuses an older Node before it reads anything', async () => {
    const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })';

    const result = await ended(start(['--version'], ['--import', `data:text/javascript,${older}`]));

    expect(result).toMatchObject({ code: 9, out: '' });
    expect(result.err).toMatch(/^nexus: CONFIGURATION: this is Node\.js 20\.20\.2, and nexus needs 24 or later; .*\n$/);
  });

  test('ends with its exit code and one line, without a stack', async () => {
    const result = await ended(start(['read', 'x', '--store', 'nowhere:']));

    expect(result).toMatchObject({ code: 9, out: '' });
    expect(result.err).toMatch(/^nexus: CONFIGURATION: .*\n$/);
  });

  test('ends although its standard input is still open', async () => {
    const store = newStore();
    const child = start(['append', '--store', store]);
    child.stdin?.write('[nonsense');

    child.stdin?.end();
    const result = await ended(child);

    expect(result.code).toBe(2);
  });

  test('stops on SIGINT while it waits for its input', async () => {
    const child = start(['append', '--store', newStore(), '--json']);
    child.stdin?.write(' ');
    const result = ended(child);
    await readiness(child);

    child.kill('SIGINT');

    expect(await result).toMatchObject({ code: 130 });
    expect(errorOf({ ...(await result), code: 130 }).code).toBe('INTERRUPTED');
  });

  test('ends quietly when the reader of its output goes', async () => {
    const store = newStore();
    await inStore(store, (opened) =>
      opened.append(
        Array.from({ length: 2_000 }, (_, index) =>
          JSON.parse(eventJson({ eventId: `e${index}`, aggregateVersion: index + 1 })),
        ),
      ),
    );
    const child = start(['export', '--store', store]);
    const err = text(child.stderr as never);

    await once(child.stdout, 'data');
    (child.stdout as unknown as { destroy(): void }).destroy();
    const [code] = await once(child, 'exit');

    expect(code).toBe(0);
    expect(await err).toBe('');
  });
});

describe('serve', () => {
  test('prints requests that do what it says, and stops on SIGTERM', async () => {
    const store = newStore();
    const child = start(['serve', '--sample', '--config', SAMPLE_CONFIG, '--port', '0', '--store', store, '--json']);
    const lines = (await announced(child)).try;

    const stored = await tryOut(lines.stored);
    const again = await tryOut(lines.stored);
    const bySchema = await tryOut(lines.refusedBySchema);
    const byPolicy = await tryOut(lines.refusedByPolicy);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');

    expect([stored.status, again.status]).toEqual([201, 200]);
    expect(bySchema).toMatchObject({ status: 422, body: { code: 'SCHEMA_VALIDATION_FAILED' } });
    expect(byPolicy).toMatchObject({
      status: 403,
      body: { code: 'POLICY_DENIED', details: { denials: [{ policy: 'large-orders-need-a-manager' }] } },
    });
    expect(code).toBe(0);
    expect(await inStore(store, async (opened) => (await opened.verify()).events)).toBe(1);
  });

  test('names a port that is in use, and what to do', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void blocker.close());
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };

    const result = await ended(start(['serve', '--port', String(port), '--store', newStore()]));

    expect(result).toMatchObject({ code: 9, out: '' });
    expect(result.err).toMatch(new RegExp(`^nexus: CONFIGURATION: Port ${port} .* in use; .*\\n$`));
  });

  test('listens on this machine only', async () => {
    const result = await ended(start(['serve', '--host', '0.0.0.0', '--store', 'memory:']));

    expect(result).toMatchObject({ code: 9, out: '' });
    expect(result.err).toContain('0.0.0.0');
  });
});

/** Resolves once the process handles signals: it has read all that was written to it. */
async function readiness(child: ReturnType<typeof start>): Promise<void> {
  const { stdin } = child;
  await new Promise<void>((resolve) => {
    const size = 1024 * 1024;
    // A pipe holds less than that, so it is written only when the command reads.
    stdin?.write(' '.repeat(size), () => resolve());
  });
}

describe('serve by a configuration', () => {
  test('keeps its limits', async () => {
    const folder = temporaryFolder();
    const config = join(folder, 'nexus.config.json');
    writeFileSync(config, JSON.stringify({ store: 'memory:', limits: { queriesPerMinute: 2, bodyBytesMax: 1024 } }));
    const { address } = await announced(start(['serve', '--port', '0', '--json', '--config', config]));
    const query = `${address}/api/events?eventType=A&startTime=2026-01-01T00:00:00Z&endTime=2026-01-02T00:00:00Z`;

    const statuses = [];
    for (let index = 0; index < 3; index++) statuses.push((await fetch(query)).status);
    const body = JSON.stringify({ events: [], filling: 'x'.repeat(2_000) });
    const headers = { 'content-type': 'application/json' };
    const large = await fetch(`${address}/api/events`, { method: 'POST', headers, body });

    expect(statuses).toEqual([200, 200, 429]);
    expect(large.status).toBe(413);
  });
});
