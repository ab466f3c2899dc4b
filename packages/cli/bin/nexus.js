#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Nothing else is imported before this: older versions of Node could not even read it.
const NODE_MAJOR_MIN = 24;
const EXIT_CONFIGURATION = 9;

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `nexus: CONFIGURATION: this is Node.js ${process.versions.node}, and nexus needs ${NODE_MAJOR_MIN} or later; ` +
      'install it, or run npx nexus in a project that has the package node as a dependency\n',
  );
  process.exitCode = EXIT_CONFIGURATION;
} else {
  const compiled = new URL('../src/main.js', import.meta.url);
  await import(existsSync(compiled) ? compiled.href : new URL('../src/main.ts', import.meta.url).href);
}
