import type { Cluster, RedisOptions } from 'ioredis';
import { isCluster, optionsOf, type RedisSource } from './redis-source.js';
import { withoutPassword } from '../errors/secrets.js';

interface Address {
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
}

// Limits for the number of nodes and for the length of each text.
const MAX_NODES = 3;
const MAX_CHARACTERS = 120;

/** Returns the address of a Redis for display, such as `127.0.0.1:6379/0`. Never contains a password. */
export function redisPlace(source: RedisSource): string {
  if (typeof source !== 'string' && isCluster(source)) return `Cluster ${nodesOf(source)}`;
  const options = optionsOf(source);
  return [addressOf(options), ...(options.tls ? ['(TLS)'] : [])].join(' ');
}

function addressOf(options: RedisOptions): string {
  const { sentinels, name, path, db = 0 } = options;
  if (sentinels) return `"${short(name ?? '')}" of Sentinel ${listed(sentinels)}, database ${db}`;
  if (path) return `socket ${short(path)}, database ${db}`;
  return `${ownPlaceOf(options) ?? hostAndPort(options)}/${db}`;
}

/** A Redis that is not reached over the network, such as one in memory, may have a name of its own. */
function ownPlaceOf({ Connector }: RedisOptions): string | undefined {
  if (!Connector) return undefined;
  const place: unknown = Reflect.get(Connector, 'place');
  return typeof place === 'string' ? short(place) : undefined;
}

function nodesOf(cluster: Cluster): string {
  const nodes: unknown = Reflect.get(cluster, 'startupNodes');
  return Array.isArray(nodes) ? listed(nodes) : '';
}

function listed(nodes: readonly (Address | string | number | null)[]): string {
  const shown = nodes.slice(0, MAX_NODES).map((node) => {
    if (typeof node === 'object') return hostAndPort(node ?? {});
    return typeof node === 'number' ? hostAndPort({ port: node }) : short(withoutPassword(node));
  });
  return [...shown, ...(nodes.length > MAX_NODES ? ['…'] : [])].join(', ');
}

function hostAndPort({ host, port }: Address): string {
  const shown = short(withoutPassword(host ?? 'localhost'));
  return `${shown.includes(':') ? `[${shown}]` : shown}:${port ?? 6379}`;
}

function short(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
