/** @typedef {import('./enqueue-logged.mjs').LoggedJob} LoggedJob */

const MANY = 20;
const LARGE = 64 * 1024;
const KEYS = 8;

/**
 * The kinds of jobs that producers enqueue, each as a function that makes the jobs of one call.
 *
 * @type {Readonly<Record<string, (ref: string, random: () => number) => LoggedJob[]>>}
 */
export const KINDS = {
  plain: (ref) => [{ name: 'work', args: { ref } }],
  slow: (ref, random) => [{ name: 'work', args: { ref, ms: upTo(random, 1_000) } }],
  many: (ref) =>
    Array.from({ length: MANY }, (_, i) => ({ name: 'work', args: { ref: `${ref}.${i}` } })),
  large: (ref) => [{ name: 'large', args: { ref, text: 'x'.repeat(LARGE) } }],
  limited: (ref, random) => [{ name: 'limited', args: { ref, ms: upTo(random, 100) } }],
  scheduled: (ref, random) => [
    { name: 'work', args: { ref }, options: { in: upTo(random, 5_000) } },
  ],
  failing: (ref, random) => [{ name: 'failing', args: { ref, failures: upTo(random, 3) } }],
  dying: (ref) => [{ name: 'failing', args: { ref, failures: 99 } }],
  snoozed: (ref) => [{ name: 'work', args: { ref, until: Date.now() + 2_000 } }],
  // The second one must never run.
  unique: (ref) =>
    Array.from({ length: 2 }, () => ({
      name: 'unique',
      args: { ref },
      options: { unique: true, in: 2_000 },
    })),
  blocking: (ref, random) => [{ name: 'work', args: { ref, block: upTo(random, 200) } }],
  go: (ref) => [{ name: 'go_work', args: { ref } }],
  keyed: (ref, random) => [keyed(ref, random, 'keyed')],
  claimed: (ref, random) => [keyed(ref, random, 'claimed')],
  cancelled: (ref) => [{ name: 'work', args: { ref }, options: { in: 3_000 } }],
};

/**
 * A whole number from 1 to `most`. Go's requeuer rounds others.
 *
 * @param {() => number} random
 * @param {number} most
 */
function upTo(random, most) {
  return 1 + Math.floor(random() * most);
}

/**
 * @param {string} ref
 * @param {() => number} random
 * @param {string} name
 * @returns {LoggedJob}
 */
function keyed(ref, random, name) {
  const key = Math.floor(random() * KEYS);
  return { name, args: { ref, ms: upTo(random, 50) }, options: { unique: { key: { key } } } };
}

/**
 * The names that these jobs have, with options that let all of them run within seconds.
 *
 * @type {Readonly<Record<string, import('@nestcraft/engine').JobOptions>>}
 */
export const KIND_JOBS = {
  work: {},
  large: {},
  limited: { maxConcurrency: 3 },
  failing: { maxFails: 4 },
  unique: {},
  keyed: {},
  claimed: { uniqueUntil: 'doneOrDead' },
  go_work: {},
};
