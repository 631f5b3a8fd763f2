import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LocalRedis } from '@nestcraft/local-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import { eventually } from '../../../../test/support/eventually.js';
import { InvalidOptionError, NotConnectedError } from '../errors/errors.js';
import { threadOptions } from '../heartbeat/beat-thread.js';
import { RedisConnection } from './redis-connection.js';
import { redisFault } from './redis-fault.js';
import { SentinelMaster } from './sentinel-master.js';

interface Addressed {
  readonly address: { readonly host: string; readonly port: number };
}

/** Answers as a Sentinel does, which is quicker than a real one and says what a test wants. */
class FakeSentinel {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #subscribers = new Set<Socket>();
  master: { readonly port: number } | undefined;
  peers: readonly Addressed[] = [];
  password: string | undefined;
  silent = false;
  /** What it answers instead of an address. */
  nonsense: readonly string[] | undefined;
  #port = 0;
  asked = 0;

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#forget(socket));
      socket.on('data', (data) => {
        for (const command of commandsIn(data.toString())) this.#answer(socket, command);
      });
    });
  }

  static async start(master?: { readonly port: number }, port = 0): Promise<FakeSentinel> {
    const sentinel = new FakeSentinel();
    sentinel.master = master;
    sentinel.#server.listen(port, '127.0.0.1');
    await once(sentinel.#server, 'listening');
    sentinel.#port = (sentinel.#server.address() as AddressInfo).port;
    started.push(sentinel);
    return sentinel;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.#port };
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** Tells its subscribers of a failover. */
  announce(name: string, { port }: { readonly port: number }): void {
    for (const socket of this.#subscribers) {
      socket.write(array('message', '+switch-master', `${name} 127.0.0.1 1 127.0.0.1 ${port}`));
    }
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #forget(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#subscribers.delete(socket);
  }

  #answer(socket: Socket, [name = '', topic = '', ...rest]: readonly string[]): void {
    if (this.silent) return;
    const command = `${name} ${topic}`.toUpperCase();
    if (command.startsWith('AUTH')) {
      const isRight = [topic, ...rest].at(-1) === this.password;
      socket.write(isRight ? '+OK\r\n' : '-WRONGPASS invalid username-password pair\r\n');
    } else if (command.startsWith('SUBSCRIBE')) {
      this.#subscribers.add(socket);
      socket.write(`*3\r\n$9\r\nsubscribe\r\n$${topic.length}\r\n${topic}\r\n:1\r\n`);
    } else if (command === 'SENTINEL GET-MASTER-ADDR-BY-NAME') {
      this.asked++;
      if (this.nonsense) {
        socket.write(array(...this.nonsense));
        return;
      }
      const isKnown = this.master && rest[0] === 'mymaster';
      socket.write(isKnown ? array('127.0.0.1', String(this.master?.port)) : '*-1\r\n');
    } else if (command === 'SENTINEL SENTINELS') {
      socket.write(`*${this.peers.length}\r\n${this.peers.map(peer).join('')}`);
    } else {
      socket.write('+OK\r\n');
    }
  }
}

function peer({ address: { host, port } }: Addressed): string {
  return array('ip', host, 'port', String(port), 'flags', 'sentinel');
}

function array(...texts: readonly string[]): string {
  return `*${texts.length}\r\n${texts.map((text) => `$${text.length}\r\n${text}\r\n`).join('')}`;
}

/** The commands of a request, whose arguments have no line breaks. */
function commandsIn(request: string): readonly (readonly string[])[] {
  return request
    .split(/\*\d+\r\n/)
    .slice(1)
    .map((command) => command.split('\r\n').filter((_, index) => index % 2 === 1));
}

let one: LocalRedis;
let two: LocalRedis;
let started: FakeSentinel[];
let open: RedisConnection[];

beforeAll(async () => {
  [one, two] = await Promise.all([LocalRedis.start(), LocalRedis.start()]);
});

afterAll(() => Promise.all([one.stop(), two.stop()]));

beforeEach(() => {
  started = [];
  open = [];
});

afterEach(async () => {
  for (const connection of open) connection.close();
  await Promise.all(started.map((sentinel) => sentinel.stop()));
});

function aConnection(
  sentinels: readonly { readonly address: { host: string; port: number } }[],
  options: RedisOptions = {},
  more: { commandTimeout?: number; unref?: boolean } = {},
): RedisConnection {
  const connection = new RedisConnection(
    { sentinels: sentinels.map(({ address }) => address), name: 'mymaster', ...options },
    { name: 'test', ...more },
  );
  open.push(connection);
  return connection;
}

async function portOf(connection: RedisConnection): Promise<number> {
  await connection.ready();
  const info = await connection.redis.info('server');
  return Number(/tcp_port:(\d+)/.exec(info)?.[1]);
}

describe('a connection through Sentinels', () => {
  it('leads to the master that they name', async () => {
    const connection = aConnection([await FakeSentinel.start(one)]);
    expect(await portOf(connection)).toBe(one.port);
    expect(connection.node).toEqual({ host: '127.0.0.1', port: one.port });
  });

  it('passes over Sentinels that are gone, silent, or do not know the master', async () => {
    const [gone, silent, ignorant, good] = await Promise.all([
      FakeSentinel.start(),
      FakeSentinel.start(),
      FakeSentinel.start(),
      FakeSentinel.start(one),
    ]);
    const { address } = gone;
    await gone.stop();
    silent.silent = true;
    const connection = aConnection([{ address }, silent, ignorant, good]);
    expect(await portOf(connection)).toBe(one.port);
    // From now on, the good one is asked first.
    const { asked } = ignorant;
    connection.reconnect();
    await once(connection, 'up');
    expect([ignorant.asked, good.asked]).toEqual([asked, 2]);
  });

  it('knows the Sentinels that they name, when the given ones are gone', async () => {
    const other = await FakeSentinel.start(two);
    const given = await FakeSentinel.start(one);
    given.peers = [other];
    const connection = aConnection([given]);
    await connection.ready();
    await given.stop();
    connection.reconnect();
    await once(connection, 'up');
    expect(await portOf(connection)).toBe(two.port);
  });

  it('says why there is none, and comes about as soon as a Sentinel is there', async () => {
    const sentinel = await FakeSentinel.start();
    const { address } = sentinel;
    await sentinel.stop();
    const connection = aConnection([{ address }], {}, { commandTimeout: 300 });
    const reasons: (Error | undefined)[] = [];
    connection.on('down', (reason) => reasons.push(reason));
    await expect(connection.ready()).rejects.toThrow(NotConnectedError);
    expect(String(reasons[0])).toMatch(
      /No Sentinel named the master "mymaster" \(127.0.0.1:\d+: connect ECONNREFUSED/,
    );
    await FakeSentinel.start(one, address.port);
    await eventually(() => expect(connection.isUp).toBe(true));
  });

  it('has the password of the Sentinels, and says that it is wrong', async () => {
    const sentinel = await FakeSentinel.start(one);
    sentinel.password = 's3cret';
    await aConnection([sentinel], { sentinelPassword: 's3cret' }).ready();
    const wrong = aConnection([sentinel], { sentinelPassword: 'gu3ss' }, { commandTimeout: 300 });
    const error: unknown = await wrong.ready().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('WRONGPASS');
    expect(String(error)).not.toContain('gu3ss');
  });

  it.each([
    ['a map', (ports: Record<string, number>) => natMap(ports)],
    [
      'a function',
      (ports: Record<string, number>) => (key: string) => natMap(ports)[key] ?? undefined,
    ],
  ])('reaches a master behind a NAT by %s', async (_, map) => {
    const sentinel = await FakeSentinel.start({ port: 1 });
    const connection = aConnection([sentinel], { natMap: map({ 1: one.port }) as never });
    expect(await portOf(connection)).toBe(one.port);
  });

  it('leaves a master that has become a replica, and asks another Sentinel', async () => {
    const [late, good] = [await FakeSentinel.start(two), await FakeSentinel.start(one)];
    const admin = new Redis(two.url);
    await admin.replicaof('127.0.0.1', one.port);
    try {
      const connection = aConnection([late, good]);
      const reasons: string[] = [];
      connection.on('down', (reason) => reasons.push(String(reason)));
      expect(await portOf(connection)).toBe(one.port);
      expect(reasons[0]).toContain(`127.0.0.1:${two.port}, which the Sentinels name as the master`);
    } finally {
      await admin.replicaof('NO', 'ONE');
      admin.disconnect();
    }
  });

  it.each([[['', '6379']], [['127.0.0.1', 'none']], [['127.0.0.1', '70000']], [[]], [['a']]])(
    'asks another Sentinel when one answers %j',
    async (nonsense) => {
      const [odd, good] = [await FakeSentinel.start(), await FakeSentinel.start(one)];
      odd.nonsense = nonsense;
      expect(await portOf(aConnection([odd, good]))).toBe(one.port);
      await expect(aConnection([odd], {}, { commandTimeout: 300 }).ready()).rejects.toThrow(
        'without a valid address',
      );
    },
  );

  it('asks another Sentinel when the master that one names does not answer', async () => {
    const gone = await FakeSentinel.start();
    const { port } = gone.address;
    await gone.stop();
    const [late, good] = [await FakeSentinel.start({ port }), await FakeSentinel.start(one)];
    expect(await portOf(aConnection([late, good]))).toBe(one.port);
  });

  it('knows a limited number of Sentinels, whatever one of them names', async () => {
    const sentinel = await FakeSentinel.start(one);
    sentinel.peers = Array.from({ length: 1_000 }, (_, index) => ({
      address: { host: '127.0.0.1', port: index + 1 },
    }));
    const master = new SentinelMaster({ sentinels: [sentinel.address], name: 'mymaster' });
    expect(await master.find(1_000)).toEqual({ host: '127.0.0.1', port: one.port });
    expect(master.sentinels).toHaveLength(100);
    expect(master.sentinels[0]).toEqual(sentinel.address);
  });

  it('needs the name of the master', () => {
    const make = (): RedisConnection =>
      new RedisConnection({ sentinels: [{ host: 'a' }] }, { name: 'test' });
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(/redis\.name/);
  });
});

describe('with failoverDetector', () => {
  it('moves when a Sentinel announces another master, and stays otherwise', async () => {
    const sentinels = [await FakeSentinel.start(one), await FakeSentinel.start(one)];
    const connection = aConnection(sentinels, { failoverDetector: true });
    let downs = 0;
    connection.on('down', () => downs++);
    expect(await portOf(connection)).toBe(one.port);
    await eventually(() => expect(sentinels.map(({ subscribers }) => subscribers)).toEqual([1, 1]));
    for (const sentinel of sentinels) {
      sentinel.announce('another', two);
      sentinel.announce('mymaster', one);
      sentinel.master = two;
    }
    await connection.redis.ping();
    expect(downs).toBe(0);
    sentinels[1]?.announce('mymaster', two);
    await once(connection, 'up');
    expect(await portOf(connection)).toBe(two.port);
    // The other one is late.
    sentinels[0]?.announce('mymaster', two);
    await eventually(() => expect(sentinels.map(({ subscribers }) => subscribers)).toEqual([1, 1]));
    expect([downs, connection.isUp]).toEqual([1, true]);
  });

  it('leaves a suspended master at once, and does not take what it acknowledges later', async () => {
    const sentinel = await FakeSentinel.start(one);
    const connection = aConnection([sentinel], { failoverDetector: true });
    await connection.ready();
    await eventually(() => expect(sentinel.subscribers).toBe(1));
    one.pause();
    const answer = connection.redis.set('key', 'value').catch((error: unknown) => error);
    sentinel.master = two;
    sentinel.announce('mymaster', two);
    await once(connection, 'down');
    one.resume();
    expect(redisFault(await answer)).toMatchObject({ code: 'CONNECTION', effect: 'unknown' });
    expect(await portOf(connection)).toBe(two.port);
  });

  it.each([false, true])(
    'hears a restarted Sentinel, and one not given; unref: %s',
    async (unref) => {
      const other = await FakeSentinel.start(one);
      const given = await FakeSentinel.start(one);
      given.peers = [other];
      const connection = aConnection([given], { failoverDetector: true }, { unref });
      await connection.ready();
      await eventually(() => expect([given.subscribers, other.subscribers]).toEqual([1, 1]));
      const { port } = other.address;
      await other.stop();
      const again = await FakeSentinel.start(two, port);
      await eventually(() => expect(again.subscribers).toBe(1));
      given.master = two;
      again.announce('mymaster', two);
      await once(connection, 'down');
      expect(await portOf(connection)).toBe(two.port);
    },
  );

  it('leaves nothing behind when it is closed while it connects', async () => {
    const sentinel = await FakeSentinel.start(one);
    sentinel.silent = true;
    const connection = aConnection([sentinel], { failoverDetector: true });
    const ready = connection.ready().catch((error: unknown) => error);
    await eventually(() => expect(connection.redis.status).toBe('connecting'));
    connection.close();
    expect(await ready).toBeInstanceOf(Error);
    sentinel.silent = false;
    await eventually(() => expect(connection.redis.status).toBe('end'));
    expect(sentinel.subscribers).toBe(0);
  });
});

it('the thread of the heartbeat gets the Sentinels', async () => {
  const connection = aConnection([await FakeSentinel.start(one)]);
  await connection.ready();
  const options = threadOptions({ ...connection.redis.options, Connector: undefined });
  expect(options).toMatchObject({ name: 'mymaster', sentinels: [{ host: '127.0.0.1' }] });
});

function natMap(ports: Record<string, number>): Record<string, { host: string; port: number }> {
  return Object.fromEntries(
    Object.entries(ports).map(([from, port]) => [`127.0.0.1:${from}`, { host: '127.0.0.1', port }]),
  );
}
