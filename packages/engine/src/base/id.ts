import { randomFillSync } from 'node:crypto';

const ID_BYTES = 12;
const ID_LENGTH = 2 * ID_BYTES;
// One call for 256 ids: asking the kernel for each costs more than the rest of an enqueue.
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;
// Of 16 ids, because cutting one off costs a third of writing one. Not of more: an id that somebody keeps keeps them all.
const BATCH_BYTES = ID_BYTES * 16;
let batch = '';
let cut = 0;

/** A new job, worker or pool id: 12 random bytes as 24 lower-case hex digits, as gocraft/work makes them. */
export function newId(): string {
  if (cut === batch.length) {
    batch = newBatch();
    cut = 0;
  }
  const id = batch.slice(cut, cut + ID_LENGTH);
  cut += ID_LENGTH;
  return id;
}

function newBatch(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += BATCH_BYTES;
  return pool.toString('hex', start, used);
}
