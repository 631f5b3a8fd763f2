import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';

// Its types are those of its CommonJS build.
/** @type {typeof import('jest-environment-node')} */
const { TestEnvironment } = createRequire(import.meta.url)('jest-environment-node');

const TICKS = 100; // a second, in /proc

/** Node's environment for tests. It adds a line to the file TEST_CPU for each spec: the CPU seconds that it took. */
export default class CpuEnvironment extends TestEnvironment {
  #before = cpuSeconds();
  #startedAt = performance.now();
  #spec;

  /**
   * @param {import('@jest/environment').JestEnvironmentConfig} config
   * @param {import('@jest/environment').EnvironmentContext} context
   */
  constructor(config, context) {
    super(config, context);
    this.#spec = relative(config.globalConfig.rootDir, context.testPath);
  }

  /** @override */
  async teardown() {
    await super.teardown();
    const { own, children } = cpuSeconds();
    const figures = [
      own + children - this.#before.own - this.#before.children,
      children - this.#before.children,
      (performance.now() - this.#startedAt) / 1000,
    ];
    const columns = [...figures.map((seconds) => seconds.toFixed(1)), this.#spec];
    appendFileSync(process.env.TEST_CPU ?? '', `${columns.join('\t')}\n`);
  }
}

/** The CPU time of this process, and of its children that have ended, with theirs. Linux alone tells it. */
function cpuSeconds() {
  const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  const times = fields.split(' ').slice(11, 15);
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = times.map(Number);
  return { own: (user + system) / TICKS, children: (childrenUser + childrenSystem) / TICKS };
}
