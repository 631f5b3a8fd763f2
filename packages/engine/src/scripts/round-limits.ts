/** The maximum number of jobs that one round settles, and that it fetches: a script blocks Redis for all clients. */
export const MAX_JOBS_AT_ONCE = 500;

/**
 * The maximum bytes of entries per round; a larger entry is fetched alone. Two rounds are in flight at once, so that
 * Redis moves the next long jobs while Node reads the previous ones. Larger rounds would wait for each other.
 */
export const MAX_BYTES_AT_ONCE = 512 * 1024;
