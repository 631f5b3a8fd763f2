/** Stands for an encrypted value wherever job data is shown. */
export const LOCKED = '🔒 encrypted';
