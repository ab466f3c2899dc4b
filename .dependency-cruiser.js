/** The arrows between packages. Everything that is not allowed here is forbidden. */

const TEST = ['\\.test\\.ts$', '/testing/'];

/** A package's product code may import its own folder, and what is named. */
function only(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: TEST },
    to: { path: '^(?:packages|examples|testing|benchmarks|scripts)/', pathNot: allowed },
  };
}

export default {
  forbidden: [
    only(
      'shared-imports-no-package',
      '^packages/shared/',
      '^packages/shared/',
      'shared is the core: it imports no other package',
    ),
    only(
      'adapters-import-shared',
      '^packages/adapters/',
      '^packages/(adapters/|shared/src/index\\.ts$)',
      'adapters import shared, by its name',
    ),
    only(
      'conformance-imports-shared',
      '^packages/conformance/',
      '^packages/(conformance/|shared/src/index\\.ts$)',
      'the suite knows no adapter',
    ),
    only(
      'command-service-imports-shared',
      '^packages/command-service/',
      '^packages/(command-service/|shared/src/index\\.ts$)',
      'the service knows the port only',
    ),
    only(
      'cli-imports-entry-points',
      '^packages/cli/',
      '^packages/(cli/|shared/src/index\\.ts$|adapters/index\\.ts$|adapters/\\w+/index\\.ts$|command-service/src/api/index\\.ts$)',
      'the composition root imports packages by their names',
    ),
    {
      name: 'packages-by-their-names',
      comment: 'another package is imported by its name, so that only what it exports can be had',
      severity: 'error',
      from: { path: '^(packages/[^/]+|[^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: '^$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-workspace'],
      },
    },
    {
      name: 'adapters-open-on-demand',
      comment: 'openEventStore loads the one adapter that a URL names, when it is named',
      severity: 'error',
      from: { path: '^packages/adapters/[^/]+\\.ts$', pathNot: TEST },
      to: { path: '^packages/adapters/[^/]+/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'adapters-never-import-one-another',
      severity: 'error',
      from: { path: '^packages/adapters/([^/]+)/' },
      to: { path: '^packages/adapters/', pathNot: '^packages/adapters/$1/' },
    },
    {
      name: 'shared-uses-node-crypto-alone',
      severity: 'error',
      from: { path: '^packages/shared/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'tests-import-entry-points',
      comment: 'a test sees its own package, and others by their entry points',
      severity: 'error',
      from: { path: ['^packages/([^/]+)/.*\\.test\\.ts$', '^packages/([^/]+)/.*/testing/'] },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '/index\\.ts$'] },
    },
    {
      name: 'product-imports-no-test',
      severity: 'error',
      from: { path: '^packages/', pathNot: TEST },
      to: { path: [...TEST, '^testing/'] },
    },
    {
      name: 'product-declares-its-dependencies',
      comment: "product code lives on its own package's dependencies: no test runner, nothing borrowed from the root",
      severity: 'error',
      from: { path: '^packages/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.js'],
    },
    moduleSystems: ['es6'],
  },
};
