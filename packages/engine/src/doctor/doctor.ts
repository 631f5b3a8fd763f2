import { UnsupportedRedisError } from '../errors/errors.js';
import { decidingTime } from '../redis/deciding-time.js';
import { FORMAT, formatIn } from '../redis/format.js';
import { Fleet } from '../stores/fleet.js';
import { Queues } from '../stores/queues.js';
import type { StoreContext } from '../stores/store-context.js';
import { readAccess } from './access.js';
import { format, permissions, tracking } from './access-checks.js';
import {
  failure,
  findingsBy,
  findingsOf,
  good,
  unexamined,
  worst,
  worstFirst,
  type Finding,
  type FindingLevel,
} from './finding.js';
import { FLEET_CHECKS, unexaminedFleet, type FleetFacts } from './fleet-checks.js';
import { Integrity } from './integrity.js';
import { serverFindings } from './server-checks.js';
import { readServer, ServerFacts } from './server-facts.js';

/** The figures of a Redis server. A figure that the server does not report is `undefined`. */
export interface ServerFigures {
  readonly version: string | undefined;
  readonly role: string | undefined;
  /** In bytes. */
  readonly usedMemory: number | undefined;
  /** In bytes; 0 means no limit. */
  readonly maxMemory: number | undefined;
  readonly clients: number | undefined;
  readonly commandsPerSecond: number | undefined;
  /** The shortest of some round trips to Redis, in milliseconds. */
  readonly roundTrip: number | undefined;
  /** Milliseconds by which this process's clock is ahead of Redis's. */
  readonly skew: number | undefined;
}

/** The report of `client.doctor`. */
export interface DoctorReport {
  /** The worst level of the findings. */
  readonly level: FindingLevel;
  /** The result of every check, the worst first. */
  readonly findings: readonly Finding[];
  readonly server: ServerFigures;
}

/** Examines Redis, the worker pools and the jobs of a namespace. Changes nothing. */
export class Doctor {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async examine(): Promise<DoctorReport> {
    const { connection } = this.#context;
    try {
      await connection.ready();
    } catch (error) {
      if (error instanceof UnsupportedRedisError) return unsupported(error);
      throw error;
    }
    const facts = new ServerFacts(await readServer(connection));
    const findings = worstFirst([
      ...serverFindings(facts),
      ...(await this.#access(facts)),
      ...(await this.#fleet()),
      ...(await new Integrity(this.#context).examine()),
    ]);
    return { level: worst(findings), findings, server: figuresOf(facts) };
  }

  async #access(facts: ServerFacts): Promise<Finding[]> {
    const { connection, keys } = this.#context;
    const access = await readAccess(connection, keys);
    const noted = await connection.redis.get(keys.format).then(
      (text) => format(formatIn(text), FORMAT),
      (error: unknown) => unexamined(error),
    );
    return findingsOf('redis', {
      cluster: good('The namespace can work with this Redis.', {
        cluster: facts.text('cluster_enabled') === '1',
      }),
      permissions: permissions(access),
      tracking: tracking(access),
      format: noted,
    });
  }

  async #fleet(): Promise<Finding[]> {
    try {
      return findingsBy(FLEET_CHECKS, 'pools', await this.#fleetFacts());
    } catch (error) {
      return unexaminedFleet(error);
    }
  }

  async #fleetFacts(): Promise<FleetFacts> {
    return {
      pools: await new Fleet(this.#context).heartbeats(),
      queues: await new Queues(this.#context).list(),
      now: await decidingTime(this.#context),
    };
  }
}

/** In a Cluster without a hash tag nothing else can be read. */
function unsupported({ message }: UnsupportedRedisError): DoctorReport {
  const remedy = 'Use a namespace with a hash tag, such as {work}.';
  const findings = findingsOf('redis', { cluster: failure(message, remedy, { cluster: true }) });
  return { level: 'error', findings, server: figuresOf(NOTHING) };
}

const NOTHING = new ServerFacts({ info: undefined, config: {}, distance: undefined });

function figuresOf(facts: ServerFacts): ServerFigures {
  const role = facts.text('role');
  return {
    version: facts.text('redis_version'),
    role: role === 'slave' ? 'replica' : role,
    usedMemory: facts.number('used_memory'),
    maxMemory: facts.number('maxmemory'),
    clients: facts.number('connected_clients'),
    commandsPerSecond: facts.number('instantaneous_ops_per_sec'),
    roundTrip: facts.distance?.roundTrip,
    skew: facts.distance?.skew,
  };
}
