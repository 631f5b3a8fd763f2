import { randomFillSync } from 'node:crypto';

const ID_BYTES = 12;
// One call for 256 ids: asking the kernel for each costs more than the rest of an enqueue.
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** A new job, worker or pool id: 12 random bytes as 24 lower-case hex digits, as gocraft/work makes them. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('hex', used, used + ID_BYTES);
  used += ID_BYTES;
  return id;
}
