import type { LogEntry, LogLevel } from "../wire/messages";
import { LogHookContext, type AppHooks } from "./app-hooks";

/** What a log call is about; absent outside invocations. */
export interface LogSubject {
  readonly functionName: string;
  readonly invocationId: string;
  readonly hookData: Record<string, unknown>;
  readonly context: object | undefined;
}

const LEVELS: readonly string[] = ["trace", "debug", "information", "warning", "error", "critical", "none"];

/** Turns log calls of the app and of the libraries in it into messages to the host, past the app's log hooks. */
export class WorkerLog {
  readonly #send: (entry: LogEntry) => void;
  readonly #hooks: AppHooks;

  constructor(send: (entry: LogEntry) => void, hooks: AppHooks) {
    this.#send = send;
    this.#hooks = hooks;
  }

  /** `category` is that of the core module: `user`, `system` or `customMetric`. */
  write(level: string, category: string, message: string, subject?: LogSubject): void {
    let entry = { level, category, message };
    if (this.#hooks.log.length > 0) entry = this.#throughHooks(entry, subject);
    if (entry.level === "none") return;
    this.#send({
      type: "log",
      level: toLevel(entry.level),
      category: hostCategory(category, subject),
      message: entry.message,
      ...(subject && { functionName: subject.functionName, invocationId: subject.invocationId }),
    });
  }

  #throughHooks(entry: { level: string; category: string; message: string }, subject?: LogSubject): typeof entry {
    const context = new LogHookContext(entry, subject?.hookData ?? {}, subject?.context);
    for (const hook of this.#hooks.log) {
      try {
        hook(context);
      } catch {
        // A hook on logging that fails has nobody to tell, and the entry matters more (contract §1.4).
      }
    }
    return entry.category === "user" ? { ...entry, level: context.level, message: context.message } : entry;
  }
}

function toLevel(level: string): LogLevel {
  return LEVELS.includes(level) ? (level as LogLevel) : "information";
}

/** Categories of the Functions host (contract §8). */
function hostCategory(category: string, subject: LogSubject | undefined): string {
  if (category === "user") return subject === undefined ? "Function.User" : `Function.${subject.functionName}.User`;
  if (category === "customMetric") return "Worker.CustomMetric";
  return "Worker.node";
}
