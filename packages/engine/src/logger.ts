/** Where the engine writes. Nest's `Logger`, pino and `console` all fit. */
export interface Logger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}

/** Writes to the console; the default. */
export const consoleLogger: Logger = {
  log: (message) => console.log(message),
  warn: (message) => console.warn(message),
  error: (message, stack) => console.error(stack === undefined ? message : `${message}\n${stack}`),
};

/** Writes nothing. */
export const silentLogger: Logger = {
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
