/** The emulated version of Redis. */
export const VERSION = '7.2.0';
