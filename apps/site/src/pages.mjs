/**
 * A page of the site.
 *
 * @typedef {object} Page
 * @property {string} source its Markdown file, from the root of the repository
 * @property {string} route where it is on the site, without an extension
 * @property {string} title in the navigation
 * @property {string} about one sentence, for search engines and language models
 */

/**
 * @typedef {object} Group
 * @property {string} title
 * @property {readonly Page[]} pages
 */

/**
 * @typedef {object} Section
 * @property {string} title
 * @property {readonly Group[]} groups groups without a title stand directly below their section
 */

const GUIDES = 'packages/work/docs';

/** @type {readonly Section[]} */
export const SECTIONS = [
  section('Get started', [
    group('', 'start', [
      [
        'packages/work/README.md',
        'nest',
        'In a Nest application',
        'Install the module, write a handler, enqueue a job.',
      ],
      ['packages/engine/README.md', 'engine', 'Without Nest', 'Use the queue in any Node process.'],
      [
        'README.md',
        'tour',
        'Tour of the features',
        'Everything the library does, each with a short example, and its guarantees.',
      ],
      [
        'packages/dashboard/README.md',
        'dashboard',
        'The dashboard',
        'Mount the dashboard, sign users in, and decide who may do what.',
      ],
      ['apps/demo/README.md', 'demo', 'The demo', 'Run a complete application with one command.'],
    ]),
  ]),
  section('Examples', [
    group('', 'examples', [
      [
        'examples/README.md',
        'overview',
        'Examples',
        'Small, complete applications, each started by one command.',
      ],
      [
        'examples/web-and-worker/README.md',
        'web-and-worker',
        'Web and worker',
        'Web and worker processes from one image.',
      ],
      [
        'examples/contracts/README.md',
        'contracts',
        'Contracts',
        'Arguments that the compiler and a schema check, and their upgrades.',
      ],
      [
        'examples/periodic/README.md',
        'periodic',
        'Periodic jobs',
        'Schedules in time zones, overlapping and missed firings.',
      ],
      [
        'examples/multi-tenant/README.md',
        'multi-tenant',
        'Many tenants',
        'Jobs that run as the tenant who enqueued them.',
      ],
      [
        'examples/webhooks/README.md',
        'webhooks',
        'Webhooks',
        'Retries that follow the response of the receiver.',
      ],
      [
        'examples/commonjs-jest/README.md',
        'commonjs-jest',
        'CommonJS and Jest',
        'An application on Nest 11 and its tests.',
      ],
      [
        'examples/vitest/README.md',
        'vitest',
        'Testing with Vitest',
        'An ESM application and its tests.',
      ],
      [
        'examples/go-worker/README.md',
        'go-worker',
        'Go and Nest',
        'A Go worker and a Nest application on the same queues.',
      ],
    ]),
  ]),
  section('Guides', [
    group('Writing jobs', 'guides', [
      [
        `${GUIDES}/enqueueing.md`,
        'enqueueing',
        'Enqueueing',
        'Enqueue one job or many, now or later, and handle the errors.',
      ],
      [
        `${GUIDES}/handlers.md`,
        'handlers',
        'Handlers',
        'Guards, interceptors, pipes, filters and decorated parameters on job handlers.',
      ],
      [
        `${GUIDES}/contracts.md`,
        'contracts',
        'Contracts',
        'Job names and arguments that the compiler and a schema check, and how they evolve.',
      ],
      [
        `${GUIDES}/encryption.md`,
        'encryption',
        'Encrypted arguments',
        'Encrypt chosen arguments of jobs in Redis, change keys, and what happens when one is missing.',
      ],
      [
        `${GUIDES}/outcomes.md`,
        'outcomes',
        'Outcomes',
        'Retry, kill, drop or snooze a job: by an error, its class, or a filter.',
      ],
      [
        `${GUIDES}/unique-jobs.md`,
        'unique-jobs',
        'Unique jobs',
        'Keep duplicates out of a queue, and how long claims last.',
      ],
      [
        `${GUIDES}/schedules.md`,
        'schedules',
        'Schedules',
        'Periodic jobs: time zones, overlaps, missed runs, and schedules that change.',
      ],
      [`${GUIDES}/cancelling.md`, 'cancelling', 'Cancelling', 'Take back jobs that wait or run.'],
      [
        `${GUIDES}/scopes.md`,
        'scopes',
        'Scopes',
        'Providers that are created for each job or for each tenant.',
      ],
      [
        `${GUIDES}/context.md`,
        'context',
        'Context',
        'The current job, propagators, nestjs-cls and traces.',
      ],
      [`${GUIDES}/events.md`, 'events', 'Events', 'React to what happens to jobs and to the pool.'],
      [
        `${GUIDES}/recipes.md`,
        'recipes',
        'Recipes',
        'Progress, results, fan-in, an outbox, rate limits, and more.',
      ],
    ]),
    group('Testing and building', 'guides', [
      [
        `${GUIDES}/testing.md`,
        'testing',
        'Testing',
        "An application's jobs in a test: in memory, on a clock that the test moves.",
      ],
      [`${GUIDES}/jest.md`, 'jest', 'Jest', 'Specs of a CommonJS application.'],
      [
        `${GUIDES}/bundlers.md`,
        'bundlers',
        'Bundlers and serverless',
        'esbuild, webpack, and functions that only enqueue.',
      ],
      [
        'packages/memory-redis/README.md',
        'memory-redis',
        'Redis in memory',
        'A small Redis inside the process, for tests.',
      ],
      [
        'packages/local-redis/README.md',
        'local-redis',
        'A private Redis',
        'A real Redis for development and tests, without set-up.',
      ],
    ]),
  ]),
  section('Reference', [
    group('', 'reference', [
      [
        `${GUIDES}/guarantees.md`,
        'guarantees',
        'Guarantees',
        'What the library promises when processes die, pools stop and Redis fails.',
      ],
      [
        'docs/reliability.md',
        'reliability',
        'Reliability',
        'Every fault that the tests inject, what must hold, and what was measured.',
      ],
      [
        `${GUIDES}/options.md`,
        'options',
        'Options',
        'Every option, with its default, and how configuration overrides it.',
      ],
      [
        `${GUIDES}/module.md`,
        'module',
        'The module',
        'forRoot, forRootAsync, roles, and several instances.',
      ],
      [
        `${GUIDES}/reference.md`,
        'classes',
        'Classes at a glance',
        'The members of Job, Enqueuer, Client and WorkerPool in tables.',
      ],
      [
        `${GUIDES}/glossary.md`,
        'glossary',
        'Glossary',
        'One word for each thing, and its meaning.',
      ],
    ]),
  ]),
  section('Operations', [
    group('', 'operations', [
      [
        'packages/cli/README.md',
        'command-line',
        'Command line',
        'Examine, explain and repair jobs from a terminal or a script.',
      ],
      [
        `${GUIDES}/client.md`,
        'client',
        'Client',
        'Inspect queues, jobs and pools in Redis, and repair them.',
      ],
      [
        `${GUIDES}/explain.md`,
        'explain',
        'Explain',
        'Why a job does not start, or what it does instead.',
      ],
      [`${GUIDES}/deploying.md`, 'deploying', 'Deploying', 'Docker, Kubernetes and serverless.'],
      [
        `${GUIDES}/lifecycle.md`,
        'lifecycle',
        'Lifecycle',
        'What starts and stops when, and what happens to running jobs.',
      ],
      [
        `${GUIDES}/redis.md`,
        'redis',
        'Redis',
        'Settings, memory, persistence, failover, Sentinel and access rules.',
      ],
      [
        `${GUIDES}/health.md`,
        'health',
        'Health',
        'Probes for Terminus, what they report, and alerts.',
      ],
      [`${GUIDES}/metrics.md`, 'metrics', 'Metrics', 'Prometheus and OpenTelemetry.'],
      [
        'docs/support.md',
        'support',
        'Supported versions',
        'The versions of Node, Nest, ioredis, Redis and Valkey that were run.',
      ],
    ]),
  ]),
  section('Migrating', [
    group('', 'migrating', [
      [
        `${GUIDES}/migrating-from-nestjs-bullmq.md`,
        'from-nestjs-bullmq',
        'From @nestjs/bullmq',
        'Each idiom in both, and how to move a running system.',
      ],
      [
        `${GUIDES}/migrating-from-nestjs-bull.md`,
        'from-nestjs-bull',
        'From @nestjs/bull',
        'What Bull 4 idioms become.',
      ],
      [
        `${GUIDES}/gocraft-work.md`,
        'gocraft-work',
        'Beside gocraft/work',
        'Share a namespace with Go processes, and the limits of the Go side.',
      ],
    ]),
  ]),
  section('Project', [
    group('', 'project', [
      [
        'docs/versions.md',
        'versions',
        'Versions',
        'What SemVer covers, mixed versions in one namespace, and deprecation.',
      ],
      ['CHANGELOG.md', 'changelog', 'Changelog', 'What changed for users, by release.'],
      [
        'SECURITY.md',
        'security',
        'Security',
        'How to report a vulnerability, and the threat model.',
      ],
      ['ARCHITECTURE.md', 'architecture', 'Architecture', 'How the engine works inside.'],
      [
        'packages/bench/README.md',
        'benchmarks',
        'Benchmarks',
        'How the library is measured, and against what.',
      ],
      [
        'CONTRIBUTING.md',
        'contributing',
        'Contributing',
        'Set up the repository, run the tests, and write code that fits.',
      ],
      ['CODE_OF_CONDUCT.md', 'code-of-conduct', 'Code of conduct', 'How we treat each other.'],
    ]),
  ]),
];

/** Pages of the repository that are not for readers of the site: its own home page, and laboratory notes. */
export const LEFT_OUT = ['apps/site/home.md', 'apps/site/README.md', 'packages/bench/NOTES.md'];

/** @type {readonly Page[]} */
export const PAGES = SECTIONS.flatMap(({ groups }) => groups.flatMap(({ pages }) => pages));

/**
 * @param {string} title
 * @param {readonly Group[]} groups
 * @returns {Section}
 */
function section(title, groups) {
  return { title, groups };
}

/**
 * @param {string} title
 * @param {string} folder
 * @param {readonly (readonly [source: string, name: string, title: string, about: string])[]} rows
 * @returns {Group}
 */
function group(title, folder, rows) {
  const pages = rows.map(([source, name, title, about]) => ({
    source,
    route: `${folder}/${name}`,
    title,
    about,
  }));
  return { title, pages };
}
