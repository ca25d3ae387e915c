import type { Logger, LogFields } from "@durable-host/engine";
import type { LogEntry } from "../wire/messages";

/** Where log entries of app workers go, by category. */
export interface LogTarget {
  readonly root: Logger;
  readonly byCategory: Map<string, Logger>;
}

/** Hands a log entry of an app worker to the host's logger. */
export function writeLogEntry(target: LogTarget, entry: Omit<LogEntry, "type">): void {
  const { level, category, message, functionName, invocationId } = entry;
  const fields: LogFields | undefined = functionName === undefined ? undefined : { functionName, invocationId };
  const logger = loggerFor(target, category);
  switch (level) {
    case "trace":
      return logger.trace(message, fields);
    case "debug":
      return logger.debug(message, fields);
    case "information":
      return logger.info(message, fields);
    case "warning":
      return logger.warn(message, fields);
    case "error":
    case "critical":
      return logger.error(message, fields);
    case "none":
      return undefined;
  }
}

function loggerFor({ root, byCategory }: LogTarget, category: string): Logger {
  const known = byCategory.get(category);
  if (known !== undefined) return known;
  const logger = root.child(category);
  byCategory.set(category, logger);
  return logger;
}
