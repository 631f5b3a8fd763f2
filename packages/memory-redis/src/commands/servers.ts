import { serves, type Call, type Commands } from '../command.js';
import { globPattern } from '../glob.js';
import type { Reply } from '../reply.js';
import { subcommands } from '../subcommands.js';
import { VERSION } from '../version.js';

const MANY = Infinity;

/** The settings of a Redis that keeps everything in memory and persists nothing. */
const SETTINGS: Readonly<Record<string, string>> = {
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  appendonly: 'no',
  save: '',
};

export const servers: Commands = {
  TIME: serves(0, ({ server }) => {
    const now = server.now();
    return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
  }),
  INFO: serves([0, MANY], info),
  CONFIG: subcommands('CONFIG', {
    GET: serves([1, MANY], ({ args }) => {
      const patterns = args.map(globPattern);
      return Object.entries(SETTINGS)
        .filter(([name]) => patterns.some((pattern) => pattern.test(name)))
        .flat();
    }),
  }),
};

function info({ server, keyspace, args }: Call): Reply {
  const { heapUsed } = process.memoryUsage();
  const sections: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
    Server: {
      ...{ redis_version: VERSION, redis_mode: 'standalone' },
      ...{ process_id: process.pid, uptime_in_seconds: Math.floor(process.uptime()) },
    },
    Clients: { connected_clients: server.sessions.size, blocked_clients: 0 },
    Memory: { used_memory: heapUsed, maxmemory: 0, maxmemory_policy: 'noeviction' },
    Persistence: { loading: 0, aof_enabled: 0, rdb_last_bgsave_status: 'ok' },
    Replication: { role: 'master', connected_slaves: 0 },
    Commandstats: Object.fromEntries(
      [...server.calls].map(([name, calls]) => [`cmdstat_${name.toLowerCase()}`, `calls=${calls}`]),
    ),
    Keyspace: { db0: `keys=${keyspace.size},expires=0,avg_ttl=0` },
  };
  const wanted = args.map((arg) => arg.toLowerCase());
  const isWanted = (name: string): boolean =>
    wanted.length === 0 ||
    wanted.some((word) => word === name.toLowerCase() || /^(all|default|everything)$/.test(word));
  return Object.entries(sections)
    .filter(([name]) => isWanted(name))
    .map(([name, fields]) => section(name, fields))
    .join('\r\n');
}

function section(name: string, fields: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(fields).map(([field, value]) => `${field}:${value}\r\n`);
  return `# ${name}\r\n${lines.join('')}`;
}
