/**
 * The arrows of the house: a file imports from its own layer and from those before it. `npm run lint` fails on an import
 * in the other direction, on a circle, and on a package that reaches into another one's folders.
 */

/** The folders of each layered package, lowest first. The files beside them lie above all but the last. */
const LAYERS = {
  engine: [
    ...['base', 'errors', 'logging', 'options', 'redis', 'job', 'encryption', 'schedule'],
    ...['scripts', 'metrics', 'middleware', 'run', 'dispatch', 'stores', 'doctor', 'explain'],
    ...['enqueue', 'heartbeat', 'maintenance', 'alerts', 'pool'],
    ...['client', 'telemetry', 'opentelemetry', 'prometheus', 'internal'],
  ],
  work: [
    ...['base', 'nest-internals', 'options', 'events', 'decorators', 'instance', 'handlers'],
    ...['cls', 'heartbeat', 'opentelemetry', 'terminus', 'prometheus', 'internal'],
  ],
  cli: ['terminal', 'output', 'session', 'commands', 'completion'],
  dashboard: [
    ...['options', 'http', 'security', 'bulk', 'views', 'search', 'page', 'requests'],
    ...['controllers', 'cli'],
  ],
};

/** The packages, lowest first. The bench, the demo and the examples may use all of them. */
const PACKAGES = ['local-redis', 'memory-redis', 'engine', 'cli', 'work', 'dashboard', 'bench'];

/** @param {string} name @param {readonly string[]} layers */
function downwards(name, layers) {
  const root = `packages/${name}/src`;
  return layers.slice(0, -1).map((layer, index) => ({
    name: `${name}-${layer}-imports-upwards`,
    severity: 'error',
    comment: `${layer}/ lies below: move the shared part down, or hand it in.`,
    from: { path: `^${root}/${layer}/`, pathNot: '[.]spec[.]ts$' },
    to: { path: `^${root}/(?:${layers.slice(index + 1).join('|')})/|^${root}/[^/]+[.]ts$` },
  }));
}

/** @param {string} name @param {readonly string[]} layers */
function outside(name, layers) {
  const root = `packages/${name}/src`;
  return {
    name: `${name}-file-outside-a-layer`,
    severity: 'error',
    comment: 'A new folder needs a place among the layers.',
    from: {
      path: `^${root}/[^/]+/`,
      pathNot: [`^${root}/(?:${layers.join('|')}|testing)/`, '[.]spec[.]ts$'],
    },
    to: {},
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      from: { pathNot: '[.]spec[.]ts$' },
      to: { circular: true },
    },
    ...Object.entries(LAYERS).flatMap(([name, layers]) => [
      ...downwards(name, layers),
      outside(name, layers),
    ]),
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: ['/testing/', '[.]spec[.]ts$'] },
      to: { path: '^packages/[^/]+/src/testing/' },
    },
    ...PACKAGES.map((name, index) => ({
      name: `${name}-imports-a-package-above`,
      severity: 'error',
      from: { path: `^packages/${name}/src/`, pathNot: ['[.]spec[.]ts$', '/testing/'] },
      to: {
        path: `^(?:apps|examples|test|packages/(?:${PACKAGES.slice(index + 1).join('|') || '$.'}))/`,
      },
    })),
    {
      name: 'no-file-of-another-package',
      severity: 'error',
      comment: "Import the package's entry point.",
      from: { path: '^(packages|apps)/([^/]+)/', pathNot: '[.]spec[.]ts$|/testing/' },
      to: {
        path: '^packages/[^/]+/src/.+/',
        pathNot: ['^packages/$2/', '/index[.]ts$', '/heartbeat/'],
      },
    },
    {
      name: 'example-reaches-inside',
      severity: 'error',
      comment: 'An example imports its own files and the entry points of packages, as a user does.',
      from: { path: '^examples/([^/]+)/' },
      to: {
        path: '^(?:packages|apps|examples|test)/',
        pathNot: [
          '^examples/$1/',
          '^packages/[^/]+/src/index[.]ts$',
          '^packages/work/src/(?:cls|opentelemetry|prometheus|terminus|testing)/index[.]ts$',
          '^packages/work/src/testing/(?:jest|vitest)[.]ts$',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    exclude: { path: ['/dist/', '/public/', '^packages/dashboard/web/', '^test/packaging/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs'],
      conditionNames: ['import', 'default'],
    },
  },
};
