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
      details: { part: 'schema-registry', reason: expect.stringContaining('version 1 of A was used with the digest') },
    });
  });

  it('refuses rules that have another digest than they are named by', async () => {
    const archive = new RulesArchive(new InMemoryRecordStore());

    await expect(archive.keepSchemas([entryOf({ type: 'object' }, { digest: `1:${'0'.repeat(64)}` })])).rejects.toThrow(
      expect.objectContaining({ code: 'GOVERNANCE_UNAVAILABLE' }),
    );
    await expect(archive.keepPolicies('wrong', () => 'text')).rejects.toMatchObject({
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

    await expect(new RulesArchive(records).find(entry.digest)).rejects.toMatchObject({ code: 'CORRUPT_STORE' });
  });
});
