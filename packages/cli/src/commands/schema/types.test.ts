import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorOf, runCli, SAMPLE_CONFIG, temporaryFolder } from '../../testing/runCli.ts';

function schemaFolder(versions: Readonly<Record<string, unknown>>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a'));
  for (const [name, schema] of Object.entries(versions)) {
    writeFileSync(join(folder, 'a', name), JSON.stringify(schema));
  }
  return folder;
}

const NUMBER = { type: 'object', properties: { n: { type: 'number' } }, additionalProperties: false };
const STRING = { type: 'object', properties: { n: { type: 'string' } }, additionalProperties: false };

describe('schema types', () => {
  test("prints the types of the configuration's schemas", async () => {
    const result = await runCli(['schema', 'types'], { env: { NEXUS_CONFIG: SAMPLE_CONFIG } });

    expect(result.code).toBe(0);
    expect(result.out).toMatch(/^\/\/ Written by `nexus schema types`/);
    expect(result.out).toMatch(/export interface Events \{[\s\S]*readonly OrderPlaced: OrderPlacedV\d+;/);
  });

  test('maps to the latest version that keeps its level', async () => {
    const folder = schemaFolder({ '1.json': NUMBER, '2.json': STRING });

    const backward = await runCli(['schema', 'types', '--schemas', folder]);
    const none = await runCli(['schema', 'types', '--schemas', folder, '--compatibility', 'NONE']);

    expect(backward.out).toContain('readonly a: AV1;');
    expect(none.out).toContain('readonly a: AV2;');
  });

  test('writes a file, and writes it anew', async () => {
    const folder = schemaFolder({ '1.json': NUMBER });
    const file = join(folder, 'events.ts');
    const args = ['schema', 'types', '--schemas', folder, '--out', file];

    await runCli(args);
    writeFileSync(join(folder, 'a', '1.json'), JSON.stringify(STRING));
    const again = await runCli(args);

    expect(again).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toContain('readonly n?: string;');
  });

  test('keeps a file that it has not written', async () => {
    const folder = schemaFolder({ '1.json': NUMBER });
    const file = join(folder, 'main.ts');
    writeFileSync(file, 'export {};\n');

    const result = await runCli(['schema', 'types', '--schemas', folder, '--out', file, '--json']);

    expect([result.code, errorOf(result).code]).toEqual([2, 'USAGE']);
    expect(readFileSync(file, 'utf8')).toBe('export {};\n');
  });

  test('says which file cannot be written, and which folder is not there', async () => {
    const folder = schemaFolder({ '1.json': NUMBER });
    const file = join(folder, 'gone/events.ts');

    const unwritable = await runCli(['schema', 'types', '--schemas', folder, '--out', file, '--json']);
    const absent = await runCli(['schema', 'types', '--schemas', join(folder, 'gone'), '--json']);

    expect([unwritable.code, errorOf(unwritable).code]).toEqual([9, 'OUTPUT_UNWRITABLE']);
    expect([absent.code, errorOf(absent).code]).toEqual([9, 'CONFIGURATION']);
    expect(existsSync(join(folder, 'gone'))).toBe(false);
  });
});
