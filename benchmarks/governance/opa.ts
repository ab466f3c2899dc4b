import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { SCRATCH } from '../machine.ts';
import { POLICIES, type PolicyFolder } from './rules.ts';

export const OPA_VERSION = '1.22.2';
const SOURCE = `github.com/open-policy-agent/opa@v${OPA_VERSION}`;
const FOLDER = join(import.meta.dirname, `../../.cache/servers/opa-${OPA_VERSION}`);
const OPA = join(FOLDER, process.platform === 'win32' ? 'opa.exe' : 'opa');
const BUILT = join(SCRATCH, `opa-${OPA_VERSION}`);
const WASM = join(BUILT, 'policy.wasm');
const FILES: readonly string[] = ['fields/orders.rego', 'lines/lines.rego'];
const ENTRYPOINTS: Readonly<Record<PolicyFolder, string>> = { fields: 'orders/deny', lines: 'lines/deny' };

/**
 * Compiles the rules to WebAssembly, by an OPA that Go makes at the first time.
 *
 * @returns why it cannot be done here, or `undefined`
 */
export function buildOpaPolicies(say: (message: string) => void): string | undefined {
  rmSync(WASM, { force: true });
  try {
    if (!existsSync(OPA)) installOpa(say);
    mkdirSync(BUILT, { recursive: true });
    const bundle = join(BUILT, 'bundle.tar.gz');
    const entrypoints = Object.values(ENTRYPOINTS).flatMap((entrypoint) => ['-e', entrypoint]);
    execFileSync(OPA, ['build', '-t', 'wasm', ...entrypoints, '-o', bundle, ...FILES], { cwd: POLICIES });
    writeFileSync(
      WASM,
      execFileSync('tar', ['-xzOf', bundle, '/policy.wasm'], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

export function hasOpaPolicies(): boolean {
  return existsSync(WASM);
}

function installOpa(say: (message: string) => void): void {
  say(`Go makes OPA ${OPA_VERSION} in .cache/servers, once; it takes a minute or two.`);
  execFileSync('go', ['install', SOURCE], { env: { ...process.env, GOBIN: FOLDER }, stdio: 'ignore' });
}

/**
 * OPA's decisions on inputs, each an object or its JSON text in UTF-8, by names of the rules that deny.
 *
 * @throws TypeError - there is no decision
 */
export async function newOpaPolicies(folder: PolicyFolder): Promise<(input: object) => readonly string[]> {
  const policy = await loadPolicy(readFileSync(WASM));
  return (input) => {
    const [answer] = policy.evaluate(input, ENTRYPOINTS[folder]) as { readonly result: readonly string[] }[];
    if (answer === undefined) throw new TypeError('OPA gives no decision');
    return answer.result;
  };
}
