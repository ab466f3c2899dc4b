import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { CONTENDERS } from './contenders.ts';
import { eventOf, eventsOf } from './events.ts';
import { areInstalled } from './peers.ts';

const PEERS = CONTENDERS.filter(({ peer }) => peer !== undefined);
const SEARCHING = PEERS.filter(({ kinds }) => kinds.includes('search'));

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'store.db');
}

function skipUnlessInstalled({ skip }: Pick<TestContext, 'skip'>, peer: readonly string[] = []): void {
  skip(!areInstalled(peer), 'the peer is not installed: npm ci --prefix benchmarks');
}

describe('a peer', () => {
  it.for(PEERS)(
    'has stored all that it acknowledged, where 64 appends overlap: $name',
    async ({ open, peer }, test) => {
      skipUnlessInstalled(test, peer);
      const path = newPath();
      const writing = await open(path);
      await Promise.all(
        eventsOf('order', 1, 64, 0).map((_, writer) => writing.append([eventOf(`${writer}`, 1, writer)])),
      );
      await writing.append(eventsOf('0', 2, 10, 64));
      await writing.close();

      const reading = await open(path);
      const found: number[] = [];
      for (let writer = 0; writer < 64; writer++) found.push(await reading.read(`${writer}`));
      await reading.close();

      expect(writing.commits()).toBe(65);
      expect(found).toEqual([11, ...Array.from({ length: 63 }, () => 1)]);
    },
  );

  it.for(PEERS)(
    'refuses an append with a stale version, and stores nothing of it: $name',
    async ({ open, peer }, test) => {
      skipUnlessInstalled(test, peer);
      const contender = await open(newPath());
      await contender.append(eventsOf('order-1', 1, 2, 0));

      const refused = await contender.append([eventOf('order-1', 2, 2)]).catch((error: unknown) => error);
      const found = await contender.read('order-1');
      await contender.close();

      expect(refused).toBeInstanceOf(Error);
      expect(found).toBe(2);
    },
  );

  it.for(SEARCHING)('finds events by their type from a time on: $name', async ({ open, peer }, test) => {
    skipUnlessInstalled(test, peer);
    const contender = await open(newPath());
    await contender.append(eventsOf('order-1', 1, 100, 0));
    await contender.append(eventsOf('order-2', 1, 100, 100));
    const { timestamp } = eventOf('order-2', 1, 100);

    const found = await contender.readByTypeAndTime('OrderEvent3', timestamp, '2030-01-01T00:00:00.000Z', 20);
    await contender.close();

    expect(found).toBe(10);
  });

  it.for(PEERS)('hands on each event as it is appended: $name', async ({ open, peer }, test) => {
    skipUnlessInstalled(test, peer);
    const contender = await open(newPath());
    let handled = Promise.withResolvers<void>();
    await contender.follow?.(() => handled.resolve());

    for (let version = 1; version <= 3; version++) {
      handled = Promise.withResolvers<void>();
      await Promise.all([contender.append([eventOf('order-1', version, version)]), handled.promise]);
      await contender.settle?.();
    }
    await contender.close();

    expect(contender.commits()).toBe(3);
  });

  it('is not installed where one of its modules is not found', () => {
    expect(areInstalled(['vitest'])).toBe(true);
    expect(areInstalled(['vitest', 'no-such-peer'])).toBe(false);
  });
});
