import {
  failure,
  findingsBy,
  good,
  unknown,
  warning,
  type Finding,
  type ServerCode,
  type Verdict,
} from './finding.js';
import { evictionPolicy, evictions, memory } from './memory-checks.js';
import { persistence, persistenceStatus, replicas } from './persistence-checks.js';
import { ASK_THE_PROVIDER, type ServerCheck } from './server-check.js';
import type { ServerFacts } from './server-facts.js';

// In milliseconds.
const [LONG_TRIP, LARGE_SKEW] = [100, 2_000];
const FULL = 0.8;
const OLDEST = [6, 2] as const;
// In bytes. A reply of this library holds up to 4 MiB of entries.
const LONGEST_REPLY = 8 * 1024 * 1024;
// A pool watches some keys for each of its names.
const FEW_TRACKED = 10_000;
// In an hour, by all clients of the server. A restart of Redis causes some dozens of them once.
const MANY_UNKNOWN_SCRIPTS = 1_000;

/** Judges a Redis server by all checks. */
export function serverFindings(facts: ServerFacts): Finding[] {
  return findingsBy(SERVER_CHECKS, 'redis', facts);
}

const SERVER_CHECKS: Readonly<Record<ServerCode, ServerCheck>> = {
  redisVersion,
  role,
  evictionPolicy,
  evictions,
  memory,
  persistence,
  persistenceStatus,
  replicas,
  clients,
  outputBuffers,
  trackingTable,
  scriptCache,
  clock,
  roundTrip,
};

function redisVersion(facts: ServerFacts): Verdict {
  const version = facts.text('redis_version');
  if (version === undefined) return unknown('Redis does not report its version.', ASK_THE_PROVIDER);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (!isOld) return good(`This is Redis ${version}.`, { version });
  return failure(
    `This is Redis ${version}, which lacks required commands.`,
    `Use Redis ${OLDEST.join('.')} or later.`,
    { version },
  );
}

function role(facts: ServerFacts): Verdict {
  const known = facts.text('role');
  if (known === undefined) return unknown('Redis does not report its role.', ASK_THE_PROVIDER);
  if (known !== 'slave') return good(`This is the ${known}.`, { role: known });
  return failure('This is a replica, which accepts no jobs.', 'Connect to the master.', {
    role: 'replica',
  });
}

function clients(facts: ServerFacts): Verdict {
  const connected = facts.number('connected_clients');
  const limit = facts.number('maxclients') ?? facts.numberSetting('maxclients');
  if (connected === undefined || limit === undefined) {
    return unknown('Redis does not report how many connections it allows.', ASK_THE_PROVIDER);
  }
  const text = `${connected} of ${limit} possible connections are open.`;
  if (connected <= FULL * limit) return good(text, { connected, limit });
  return warning(
    `${text} Redis refuses further ones.`,
    'CONFIG SET maxclients, or find out with CLIENT LIST who opens so many.',
    { connected, limit },
  );
}

function outputBuffers(facts: ServerFacts): Verdict {
  const setting = facts.setting('client-output-buffer-limit');
  if (setting === undefined) {
    return unknown('Redis does not report its limits for replies.', ASK_THE_PROVIDER);
  }
  const [, hard = '0', soft = '0'] = /\bnormal (\d+) (\d+)/.exec(setting) ?? [];
  const limits = [Number(hard), Number(soft)].filter((limit) => limit > 0);
  const lowest = limits.length > 0 ? Math.min(...limits) : undefined;
  const details = { setting, lowest };
  if (lowest === undefined || lowest >= LONGEST_REPLY) {
    return good('Redis can send every reply.', details);
  }
  return warning(
    `Redis drops a connection with more than ${lowest} bytes of unsent replies: a fetch of long jobs may exceed that.`,
    'CONFIG SET client-output-buffer-limit "normal 0 0 0"',
    details,
  );
}

function trackingTable(facts: ServerFacts): Verdict {
  const limit = facts.numberSetting('tracking-table-max-keys');
  const tracked = facts.number('tracking_total_keys');
  if (limit === undefined) {
    return unknown('Redis does not report how many keys it can watch.', ASK_THE_PROVIDER);
  }
  const details = { limit, tracked };
  const isFull = tracked !== undefined && tracked >= FULL * limit;
  if (limit === 0 || (limit >= FEW_TRACKED && !isFull)) {
    return good('Redis can watch all keys for which pools wait.', details);
  }
  return warning(
    `Redis watches ${tracked ?? 'some'} of at most ${limit} keys. When there are more, it wakes idle pools without a reason.`,
    'CONFIG SET tracking-table-max-keys 1000000',
    details,
  );
}

function scriptCache(facts: ServerFacts): Verdict {
  const failed = Number(/count=(\d+)/.exec(facts.text('errorstat_NOSCRIPT') ?? '')?.[1] ?? 0);
  const uptime = facts.number('uptime_in_seconds');
  if (uptime === undefined) {
    return unknown('Redis does not report whether it keeps scripts.', ASK_THE_PROVIDER);
  }
  const perHour = Math.round(failed / Math.max(1, uptime / 3600));
  const details = { failed, perHour, scripts: facts.number('number_of_cached_scripts') };
  if (perHour < MANY_UNKNOWN_SCRIPTS) return good('Redis keeps the scripts.', details);
  return warning(
    `Redis has lost a script ${perHour} times an hour: each time, the script is sent again in full.`,
    'Find out who calls SCRIPT FLUSH, or who loads so many scripts that Redis evicts others.',
    details,
  );
}

function clock({ distance }: ServerFacts): Verdict {
  if (!distance) return unknown('The clocks were not compared.', 'Run the check again.');
  const { skew } = distance;
  const by = `${(Math.abs(skew) / 1000).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'}`;
  if (Math.abs(skew) <= LARGE_SKEW) {
    return good('The clock of this host agrees with that of Redis.', { skew });
  }
  return warning(
    `The clock of this host is ${by} that of Redis: Go pools use their own clocks for heartbeats and run times.`,
    'Synchronise the clocks of all hosts with NTP.',
    { skew },
  );
}

function roundTrip({ distance }: ServerFacts): Verdict {
  if (!distance) return unknown('The distance was not measured.', 'Run the check again.');
  const milliseconds = Math.round(distance.roundTrip * 10) / 10;
  const details = { roundTrip: milliseconds };
  if (milliseconds <= LONG_TRIP) return good(`Redis answers in ${milliseconds} ms.`, details);
  return warning(
    `Redis took ${Math.round(milliseconds)} ms to answer: it is busy or far away.`,
    'Check for slow commands with SLOWLOG GET, and check the network.',
    details,
  );
}
