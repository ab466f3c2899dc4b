import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Group, Row } from '../Group.ts';
import { table } from '../table.ts';
import { buildOpaPolicies, hasOpaPolicies, OPA_VERSION } from './opa.ts';
import { WHAT_IF } from './whatIfWork.ts';
import { WORKS } from './works.ts';

const PACKAGES: readonly string[] = ['@bufbuild/cel', '@open-policy-agent/opa-wasm', 'ajv'];

/** What schemas, policies and receipts cost. */
export const GOVERNANCE: Group = {
  name: 'governance',
  process: join(import.meta.dirname, 'repetition.ts'),
  works: WORKS,
  prepare: async (works, say) => {
    if (works.some((work) => work.startsWith('decide-'))) compileOpaPolicies(say);
    if (works.includes('what-if')) await WHAT_IF.prepare(say);
  },
  finish: (works) => {
    if (works.includes('what-if')) WHAT_IF.finish();
  },
  contendersOf: (work) => WORKS[work]?.contenders() ?? [],
  countsSyncs: () => false,
  versions: () => [...PACKAGES.map(versionOf), ...(hasOpaPolicies() ? [`OPA ${OPA_VERSION}`] : ['without OPA'])],
  tables: (rows) => [...new Set(rows.map(({ work }) => work))].map((work) => tableOf(work, rows)).join('\n\n'),
};

function compileOpaPolicies(say: (message: string) => void): void {
  const reason = buildOpaPolicies(say);
  if (reason !== undefined) say(`OPA is left out, since Go or OPA ${OPA_VERSION} cannot be had here: ${reason}`);
}

function tableOf(work: string, rows: readonly Row[]): string {
  const { title = work, columns = [] } = WORKS[work] ?? {};
  const own = rows.filter((row) => row.work === work);
  return table(own, [{ title, cell: ({ contender }) => contender }, ...columns]);
}

function versionOf(name: string): string {
  const manifest = join(import.meta.dirname, '../../node_modules', name, 'package.json');
  return `${name} ${(JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version}`;
}
