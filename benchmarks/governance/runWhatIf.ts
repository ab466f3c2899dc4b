import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { machine, SCRATCH } from '../machine.ts';
import { whatIf } from './whatIf.ts';

/** `node benchmarks/governance/runWhatIf.ts [EVENTS …]`: tries rules on stores of so many events (default: a million). */
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000_000];
console.log(machine());
mkdirSync(SCRATCH, { recursive: true });
for (const events of sizes) {
  const folder = mkdtempSync(join(SCRATCH, 'what-if-'));
  try {
    for (const measurement of await whatIf({ folder, events, threads: [1, 2] }))
      console.log(JSON.stringify(measurement));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
