import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { InMemoryJournal } from '@nexus/adapters/embedded';
import { conformanceSuite } from './conformanceSuite.ts';
import { GUARANTEES } from './guarantees/index.ts';
import { journalFactory } from './journalFactory.ts';

const UNDER_NODE = 'NEXUS_CONFORMANCE_UNDER_NODE';

// This file is run twice: by vitest, which runs it a second time by Node's own test runner.
if (process.env[UNDER_NODE] === undefined) {
  const { expect, it } = await import('vitest');

  it("runs under Node's own test runner, and tells it which cases do not apply", { timeout: 60_000 }, async () => {
    const { VITEST: _, NODE_OPTIONS: __, ...env } = process.env;

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--test', '--test-reporter=tap', import.meta.filename],
      { env: { ...env, [UNDER_NODE]: 'yes' }, maxBuffer: 16 * 1024 * 1024 },
    );

    expect(stdout).toMatch(/^# fail 0$/m);
    expect(stdout).toMatch(/^ *ok \d+ - refuses an append that would leave a gap.*\[2\.gap-is-refused\]$/m);
    expect(stdout).toMatch(/^ *ok \d+ - .*\[1\.acknowledged-survives\] # SKIP capabilities\.durable is false$/m);
  });
} else {
  const { describe, it } = await import('node:test');

  conformanceSuite(
    { describe, it },
    journalFactory('InMemoryJournal', () => new InMemoryJournal()),
    { only: GUARANTEES.slice(1, 4).flatMap(({ cases }) => cases.map(({ id }) => id)) },
  );
}
