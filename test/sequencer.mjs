import { createRequire } from 'node:module';

// Its types are those of its CommonJS build.
/** @type {typeof import('@jest/test-sequencer')} */
const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

// The longest specs begin first, so that no worker is left alone with one at the end. Elsewhere Jest knows how long each
// took; on a fresh machine it would go by the size of files.
const LONGEST = [
  'test/packaging/packaging.spec.ts',
  'test/browser/dashboard.spec.ts',
  'test/faults/deaths.spec.ts',
  'test/faults/sentinel.spec.ts',
  'test/faults/cluster.spec.ts',
  'test/security/tls.spec.ts',
  'test/faults/refusals.spec.ts',
  'test/bench.spec.ts',
  'test/interop/gocraft.spec.ts',
  'test/browser/page-faults.spec.ts',
  'test/docs/site.spec.ts',
  'test/docs/run.spec.ts',
  'test/dashboard-cli.spec.ts',
  'test/demo.spec.ts',
  'packages/local-redis/src/find-binary.spec.ts',
  'test/types/contracts.spec.ts',
  'test/faults/outage.spec.ts',
  'test/faults/stops.spec.ts',
  'packages/engine/src/maintenance/periodic-enqueuer.spec.ts',
];

export default class LongestFirst extends Sequencer {
  /**
   * @override
   * @param {import('@jest/test-result').Test[]} tests
   */
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

/** @param {import('@jest/test-result').Test} test */
function rankOf({ path }) {
  const rank = LONGEST.findIndex((spec) => path.endsWith(`/${spec}`));
  return rank === -1 ? LONGEST.length : rank;
}
