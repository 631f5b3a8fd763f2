/** The version of Redis whose behaviour is followed. */
export const VERSION = '7.2.0';
