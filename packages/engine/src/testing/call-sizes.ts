import type { RedisConnection } from '../redis/redis-connection.js';
import type { CommandCall, ScriptCall } from '../redis/script.js';

/** Records the bytes of arguments of each script call over a connection from now on. */
export function callSizes(connection: RedisConnection): number[] {
  const sizes: number[] = [];
  const run = connection.run.bind(connection);
  connection.run = (...calls) => {
    sizes.push(...calls.map(sizeOf));
    return run(...calls);
  };
  return sizes;
}

function sizeOf({ args }: ScriptCall | CommandCall): number {
  return args.reduce<number>(
    (sum, arg) => sum + Buffer.byteLength(typeof arg === 'number' ? String(arg) : arg),
    0,
  );
}
