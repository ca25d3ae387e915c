import type { Logger } from "@durable-host/engine";

const nothing = (): void => {};

/** A logger for tests that look at what happens, not at what is said about it. */
export const silentLogger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
