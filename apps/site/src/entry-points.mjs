/** Where the API reference is on the site. */
export const API_ROUTE = 'reference/api';

/**
 * What the API reference documents, by the name that users import.
 *
 * @type {readonly { readonly name: string, readonly file: string, readonly route: string, readonly about: string }[]}
 */
export const ENTRY_POINTS = [
  entry('engine', '', 'The queue itself, for any Node process.'),
  entry('engine', 'opentelemetry', 'Traces and metrics for OpenTelemetry.'),
  entry('engine', 'prometheus', 'Metrics for Prometheus.'),
  entry(
    'work',
    '',
    'The NestJS module. It re-exports all of `@nestcraft/engine`, which is documented there.',
  ),
  entry(
    'work',
    'testing',
    "Runs an application's jobs in a test, in memory, on a clock that the test moves.",
  ),
  entry('work', 'cls', 'Carries values of nestjs-cls from the caller to its jobs.'),
  entry('work', 'terminus', 'A health indicator for `@nestjs/terminus`.'),
  entry('work', 'prometheus', 'Metrics of a Nest application for Prometheus.'),
  entry('dashboard', '', 'The dashboard, as Nest controllers.'),
  entry('memory-redis', '', 'A Redis inside the process, for tests.'),
  entry('local-redis', '', 'A private, real Redis for development and tests.'),
];

/**
 * @param {string} folder
 * @param {string} path
 * @param {string} about
 */
function entry(folder, path, about) {
  return {
    name: ['@nestcraft', folder, path].filter(Boolean).join('/'),
    file: ['packages', folder, 'src', path, 'index.ts'].filter(Boolean).join('/'),
    route: [API_ROUTE, folder, path].filter(Boolean).join('/'),
    about,
  };
}
