import type { Logger, LogFields } from "@durable-host/engine";
import type { LogEntry, LogLevel } from "@durable-host/functions";

/** One line of the log. */
export interface TestLogEntry {
  readonly level: LogLevel;
  /** As the host names them: `Function.<name>.User` for what a function logs. */
  readonly category: string;
  readonly message: string;
  /** The function that logged it; absent for the runtime's own lines. */
  readonly functionName?: string;
}

/** Keeps what is logged, and prints nothing. */
export class TestLog {
  readonly entries: TestLogEntry[] = [];

  /** Takes what the app logs. */
  readonly onAppEntry = ({ level, category, message, functionName }: LogEntry): void => {
    this.entries.push({ level, category, message, ...(functionName === undefined ? {} : { functionName }) });
  };

  /** A logger for the runtime. `onDefect` is told of the errors in it that nobody has foreseen. */
  logger(onDefect: (error: unknown) => void, category = "Host"): Logger {
    const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
      this.entries.push({ level, category, message });
      if (level === "error" && fields?.["error"] !== undefined) onDefect(fields["error"]);
    };
    return {
      trace: write("trace"),
      debug: write("debug"),
      info: write("information"),
      warn: write("warning"),
      error: write("error"),
      child: (name) => this.logger(onDefect, name),
    };
  }
}
