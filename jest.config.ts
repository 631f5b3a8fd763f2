/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

// Many specs wait for Redis, for processes and for Chromium: with two workers more than there are cores, none is idle.
const WORKERS = availableParallelism() + 2;

// The file for what each spec costs, if that is wanted.
const { TEST_CPU } = process.env;

// Whether to measure how much of the packages the tests run; test/coverage-floor compares it with the floor.
const COVERAGE = process.env.NESTCRAFT_COVERAGE !== undefined;

const OTHER_IOREDIS = process.env.NESTCRAFT_TEST_IOREDIS;

/** What is so of every test. */
const tests: Config = {
  testEnvironment: TEST_CPU === undefined ? 'node' : '<rootDir>/test/cpu-environment.mjs',
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/test/late-errors.ts'],
  roots: ['<rootDir>/packages', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  // Tests run on the sources: a workspace package is its index.ts, another of its entry points a folder with one, and a
  // `.js` import is a `.ts` file.
  moduleNameMapper: {
    '^@nestcraft/(engine|work|dashboard|local-redis|memory-redis)$':
      '<rootDir>/packages/$1/src/index.ts',
    '^@nestcraft/work/testing/(jest|vitest)$': '<rootDir>/packages/work/src/testing/$1.ts',
    '^@nestcraft/(engine|work)/([\\w-]+)$': '<rootDir>/packages/$1/src/$2/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Another version of ioredis, for the matrix of versions.
    ...(OTHER_IOREDIS && { '^ioredis$': OTHER_IOREDIS }),
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** All of them run on a real Redis; what the engine's say of jobs must be true of the one in memory, too. */
const config: Config = {
  projects: [
    { ...tests, displayName: 'redis' },
    {
      ...tests,
      displayName: 'memory',
      roots: ['<rootDir>/packages/engine'],
      testMatch: [
        '**/{auditor,cancel,complete,dead-pool-reaper,enqueuer,heartbeater,history,manual-pool,observer}.spec.ts',
        '**/{drain,lost-jobs,periodic-enqueuer,pool-registry,requeuer,rescuer,settle,unique-job,worker-pool}.spec.ts',
        '**/{client,handles,integrity,job-set,bulk-task-board,listing,metrics,page,worker-pool-health}.spec.ts',
      ],
      setupFiles: ['<rootDir>/test/memory-engine.ts'],
    },
  ],
  testTimeout: 30_000,
  collectCoverage: COVERAGE,
  coverageProvider: 'v8',
  coverageReporters: ['json-summary', 'html'],
  // Not the page, which runs in Chromium, nor what users' tests and other processes run.
  collectCoverageFrom: [
    'packages/*/src/**/*.ts',
    '!**/*.spec.ts',
    '!packages/bench/**',
    '!packages/*/src/{cli,testing}/**',
  ],
  // For `it.concurrent`: rows of test/faults that wait for ten seconds each wait together.
  maxConcurrency: 16,
  maxWorkers: WORKERS,
  testSequencer: '<rootDir>/test/sequencer.mjs',
};

export default config;
