import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventDraft, nextEvents } from '@nexus/shared';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { FileEventStore } from './FileEventStore.ts';

const PLACED: EventDraft = { eventType: 'OrderPlaced', payload: { total: 1 } };
let path: string;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'file-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  path = join(folder, 'events.jsonl');
  await using(new FileEventStore({ path }), (store) => store.append(nextEvents('order-1', 0, [PLACED])));
});

it('cuts off a torn last line, and goes on behind what was acknowledged', async () => {
  const whole = readFileSync(path, 'utf8');
  appendFileSync(path, whole.slice(whole.lastIndexOf('{"crc32"'), -9));

  const version = await using(new FileEventStore({ path }), (store) => store.getVersion('order-1'));

  expect(version).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(whole);
});

it('refuses to open a file in which a byte has changed, and leaves it as it is', () => {
  const changed = readFileSync(path, 'utf8').replace('OrderPlaced', 'OrderPlacex');
  writeFileSync(path, changed);

  expect(() => new FileEventStore({ path })).toThrow(expect.objectContaining({ code: 'CORRUPT_STORE' }));
  expect(readFileSync(path, 'utf8')).toBe(changed);
});

it("refuses another program's file, and does not cut it", () => {
  writeFileSync(path, 'no line');

  expect(() => new FileEventStore({ path })).toThrow(expect.objectContaining({ code: 'CORRUPT_STORE' }));
  expect(readFileSync(path, 'utf8')).toBe('no line');
});

it('refuses a second instance while one has the file open', async () => {
  await using(new FileEventStore({ path }), async () => {
    expect(() => new FileEventStore({ path })).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
  });
});

async function using<Result>(store: FileEventStore, work: (store: FileEventStore) => Promise<Result>): Promise<Result> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
