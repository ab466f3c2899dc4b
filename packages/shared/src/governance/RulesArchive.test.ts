import { describe, expect, it } from 'vitest';
import { InMemoryRecordStore } from '../feed/InMemoryRecordStore.ts';
import type { CatalogEntry } from '../schema/SchemaCatalog.ts';
import type { JsonObject } from '../types/json.ts';
import { canonicalJson, digestOfText } from './digest.ts';
import { RulesArchive } from './RulesArchive.ts';

function entryOf(schema: JsonObject, fields: Partial<CatalogEntry> = {}): CatalogEntry {
  const digest = digestOfText(canonicalJson(schema));
  const valid = { eventType: 'A', outcome: 'valid' } as const;
  return { eventType: 'A', version: '1', digest, schema, check: () => [], valid, ...fields };
}

/** Records that say what was asked of them. */
class WatchedRecords extends InMemoryRecordStore {
  readonly asked: string[] = [];

  override async get(key: string): ReturnType<InMemoryRecordStore['get']> {
    this.asked.push(`get ${key}`);
    return super.get(key);
  }

  override async put(...parameters: Parameters<InMemoryRecordStore['put']>): ReturnType<InMemoryRecordStore['put']> {
    this.asked.push(`put ${parameters[0]}`);
    return super.put(...parameters);
  }
}

describe('RulesArchive', () => {
  it('keeps a schema by its digest, for other processes too', async () => {
    const records = new InMemoryRecordStore();
    const entry = entryOf({ type: 'object', title: 'A' });

    await new RulesArchive(records).keepSchemas([entry]);

    expect(await new RulesArchive(records).find(entry.digest)).toBe('{"title":"A","type":"object"}');
  });

  it('answers at once for what it has kept', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    const entry = entryOf({ type: 'object' });

    const first = archive.keepSchemas([entry, undefined]);
    await first;

    expect(first).toBeInstanceOf(Promise);
    expect(archive.keepSchemas([entry])).toBeUndefined();
  });

  it('keeps a text of any length, whatever its characters', async () => {
    const records = new InMemoryRecordStore();
    const text = `x${'😀'.repeat(30_000)}"\\`;

    await new RulesArchive(records).keepPolicies(digestOfText(text), () => text);

    expect(await new RulesArchive(records).find(digestOfText(text))).toBe(text);
  });

  it('cuts a text into records between whole characters', async () => {
    const records = new InMemoryRecordStore();
    const text = `x${'😀'.repeat(10_000)}`;

    await new RulesArchive(records).keepPolicies(digestOfText(text), () => text);

    const parts: string[] = [];
    for await (const { value } of records.list(`rules/${digestOfText(text)}/`)) parts.push(String(value));
    expect(parts.map((part) => part.length)).toEqual([10_001, 10_000]);
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  });

  it('cuts no character that stands across or behind the end of a record', async () => {
    for (const before of [9_999, 10_000]) {
      const records = new InMemoryRecordStore();
      const text = `${'x'.repeat(before)}😀x`;

      await new RulesArchive(records).keepPolicies(digestOfText(text), () => text);

      for await (const { value } of records.list(`rules/${digestOfText(text)}/`)) {
        expect(String(value).isWellFormed()).toBe(true);
      }
    }
  });

  it('asks nothing again of the texts that it has kept', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    const texts = ['a', 'b'];
    for (const text of texts) await archive.keepPolicies(digestOfText(text), () => text);

    const again = texts.map((text) => archive.keepPolicies(digestOfText(text), () => 'not asked'));

    expect(again).toEqual([undefined, undefined]);
  });

  it('keeps a text of 20 million characters, and refuses a longer one', async () => {
    const records = new InMemoryRecordStore();
    const text = 'x'.repeat(20_000_000);
    const long = `${text}x`;

    await new RulesArchive(records).keepPolicies(digestOfText(text), () => text);
    const keeping = new RulesArchive(records).keepPolicies(digestOfText(long), () => long);

    await expect(keeping).rejects.toMatchObject({
      message: `The rules cannot be kept: the rules ${digestOfText(long)} are over 20000000 characters. Nothing was stored`,
    });
    expect(await records.get(`rules/${digestOfText(text)}`)).toMatchObject({ value: { parts: 2_000 } });
    expect(await records.get(`rules/${digestOfText(long)}`)).toBeUndefined();
  });

  it('reads and writes nothing for a text that it has kept, and writes nothing for one that another has', async () => {
    const records = new WatchedRecords();
    const archive = new RulesArchive(records);
    const [first, second] = [entryOf({ type: 'object' }), entryOf({ type: 'object' }, { eventType: 'B' })];
    await archive.keepSchemas([first]);
    const before = records.asked.length;

    await archive.keepSchemas([second]);
    await new RulesArchive(records).keepSchemas([first]);

    expect(records.asked.slice(before)).toEqual([
      expect.stringMatching(/^get schema-version/),
      expect.stringMatching(/^put schema-version/),
      expect.stringMatching(/^get schema-version/),
      `get rules/${first.digest}`,
    ]);
  });

  it('answers at once for policies that it has kept', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    await archive.keepPolicies(digestOfText('text'), () => 'text');

    expect(archive.keepPolicies(digestOfText('text'), () => 'other')).toBeUndefined();
  });

  it('forgets which revisions have no text when it has seen ten thousand', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    const asked: string[] = [];
    const source = (revision: string) => {
      asked.push(revision);
      return undefined;
    };
    for (let number = 0; number <= 10_000; number++) await archive.keepPolicies(`r${number}`, source);

    await archive.keepPolicies('r10000', source);
    await archive.keepPolicies('r0', source);

    expect(asked).toHaveLength(10_002);
    expect(asked.at(-1)).toBe('r0');
  });

  it('keeps each version of each type by itself', async () => {
    const records = new InMemoryRecordStore();
    const entries = [
      entryOf({ type: 'object' }),
      entryOf({ type: 'string' }, { version: '2' }),
      entryOf({ type: 'number' }, { eventType: 'B' }),
    ];

    await new RulesArchive(records).keepSchemas(entries);

    const found = await Promise.all(entries.map(({ digest }) => new RulesArchive(records).find(digest)));
    expect(found).toEqual(['{"type":"object"}', '{"type":"string"}', '{"type":"number"}']);
  });

  it('refuses one of two texts when two processes use a version for the first time', async () => {
    const records = new InMemoryRecordStore();
    const entries = [entryOf({ type: 'object' }), entryOf({ type: 'string' })];

    const outcomes = await Promise.allSettled(entries.map((entry) => new RulesArchive(records).keepSchemas([entry])));

    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('asks for the text of a revision once', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    let asked = 0;
    const source = () => {
      asked++;
      return undefined;
    };

    await archive.keepPolicies('r1', source);
    await archive.keepPolicies('r1', source);

    expect(asked).toBe(1);
    expect(await archive.find('r1')).toBeUndefined();
  });

  it('refuses a version that was used with another text, in whatever process', async () => {
    const records = new InMemoryRecordStore();
    await new RulesArchive(records).keepSchemas([entryOf({ type: 'object' })]);

    const keeping = new RulesArchive(records).keepSchemas([entryOf({ type: 'string' })]);

    await expect(keeping).rejects.toMatchObject({
      code: 'GOVERNANCE_UNAVAILABLE',
      message: expect.stringMatching(/^A schema was changed after use: version 1 .* as a new version$/),
      details: { part: 'schema-registry', reason: expect.stringContaining('version 1 of A was used with the digest') },
    });
  });

  it('refuses rules that have another digest than they are named by', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());

    await expect(archive.keepSchemas([entryOf({ type: 'object' }, { digest: `1:${'0'.repeat(64)}` })])).rejects.toThrow(
      expect.objectContaining({
        code: 'GOVERNANCE_UNAVAILABLE',
        details: expect.objectContaining({ part: 'schema-registry' }),
      }),
    );
    await expect(archive.keepPolicies('wrong', () => 'text')).rejects.toMatchObject({
      message: 'The rules cannot be kept: the rules named wrong have another digest. Nothing was stored',
      details: { part: 'policy-engine' },
    });
  });

  it('refuses a schema under the digest of another, which it has kept', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    const kept = entryOf({ type: 'object', required: ['total'] });
    await archive.keepSchemas([kept]);

    const keeping = archive.keepSchemas([entryOf({ type: 'object' }, { eventType: 'B', digest: kept.digest })]);

    await expect(keeping).rejects.toMatchObject({ code: 'GOVERNANCE_UNAVAILABLE' });
  });

  it('asks for a text that another source did not have', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());
    const [text, entry] = ['{"policies":[]}', entryOf({ type: 'object' })];
    for (const digest of [digestOfText(text), entry.digest]) await archive.keepPolicies(digest, () => undefined);

    await archive.keepPolicies(digestOfText(text), () => text);
    await archive.keepSchemas([entry]);

    expect(await archive.find(digestOfText(text))).toBe(text);
    expect(await archive.find(entry.digest)).toBe('{"type":"object"}');
  });

  it('lets one of two racing processes pin a version, and agrees with the other on the same text', async () => {
    const records = new InMemoryRecordStore();
    const archives = Array.from({ length: 8 }, () => new RulesArchive(records));

    const kept = Promise.all(archives.map((archive) => archive.keepSchemas([entryOf({ type: 'object' })])));

    await expect(kept).resolves.toHaveLength(8);
  });

  it('finds that what it keeps is damaged', async () => {
    const records = new InMemoryRecordStore();
    const entry = entryOf({ type: 'object' });
    await new RulesArchive(records).keepSchemas([entry]);
    const key = `rules/${entry.digest}/0000`;
    const { revision } = (await records.get(key)) ?? { revision: '' };
    await records.put(key, '{"type":"string"}', revision);

    await expect(new RulesArchive(records).find(entry.digest)).rejects.toMatchObject({
      code: 'CORRUPT_STORE',
      message: `The rules ${entry.digest} that the store keeps are damaged: its text does not have its digest`,
      details: { where: `rules/${entry.digest}`, found: 'its text does not have its digest' },
    });
  });

  it('finds that a part of what it keeps is missing', async () => {
    const records = new InMemoryRecordStore();
    const entry = entryOf({ type: 'object' });
    await new RulesArchive(records).keepSchemas([entry]);
    const key = `rules/${entry.digest}/0000`;
    await records.delete(key, (await records.get(key))?.revision ?? '');

    await expect(new RulesArchive(records).find(entry.digest)).rejects.toMatchObject({ code: 'CORRUPT_STORE' });
  });
});
