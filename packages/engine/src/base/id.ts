import { randomFillSync } from 'node:crypto';

const ID_BYTES = 12;
const ID_LENGTH = 2 * ID_BYTES;
// Random bytes for 256 ids are requested in one call: asking the kernel for each id costs more than the rest of an
// enqueue.
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;
// Converts 16 ids at a time: slicing one off costs a third of converting one. Larger batches would waste memory,
// because a retained id retains its whole batch.
const BATCH_BYTES = ID_BYTES * 16;
let batch = '';
let cut = 0;

/** Returns a new job, worker or pool id: 12 random bytes as 24 lower-case hex digits, as in gocraft/work. */
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
