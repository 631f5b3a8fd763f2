import { failure, good, unknown, warning, type Verdict } from './finding.js';
import type { ServerFacts } from './server-facts.js';
import { ASK_THE_PROVIDER } from './server-check.js';

const FULL = 0.8;
const NO_EVICTION = 'CONFIG SET maxmemory-policy noeviction';

export function evictionPolicy(facts: ServerFacts): Verdict {
  const policy = facts.text('maxmemory_policy');
  if (policy === undefined) {
    return unknown('Redis does not report its eviction policy.', ASK_THE_PROVIDER);
  }
  if (policy === 'noeviction') return good('Redis evicts no keys.', { policy });
  return failure(
    `maxmemory-policy is ${policy}: when memory runs out, Redis deletes jobs.`,
    NO_EVICTION,
    { policy },
  );
}

export function evictions(facts: ServerFacts): Verdict {
  const evicted = facts.number('evicted_keys');
  if (evicted === undefined) {
    return unknown('Redis does not report whether it has evicted keys.', ASK_THE_PROVIDER);
  }
  if (evicted === 0) return good('No key has been evicted since Redis was started.', { evicted });
  const keys = evicted === 1 ? '1 key has' : `${evicted} keys have`;
  return failure(
    `${keys} been evicted since Redis was started. Jobs may be among them.`,
    `${NO_EVICTION}, and give Redis more memory. Redis forgets the number at CONFIG RESETSTAT.`,
    { evicted },
  );
}

export function memory(facts: ServerFacts): Verdict {
  const used = facts.number('used_memory');
  const limit = facts.number('maxmemory');
  if (used === undefined) return unknown('Redis does not report its memory use.', ASK_THE_PROVIDER);
  const most = limit === undefined || limit === 0 ? facts.number('total_system_memory') : limit;
  const name = limit === undefined || limit === 0 ? "the host's memory" : 'maxmemory';
  if (most === undefined || most === 0) {
    return unknown('Redis does not report how much memory it may use.', ASK_THE_PROVIDER);
  }
  const share = `${Math.round((100 * used) / most)} % of ${name} is used.`;
  const details = { used, limit, available: most };
  if (used <= FULL * most) return good(share, details);
  return warning(share, 'Give Redis more memory, or delete dead jobs.', details);
}
