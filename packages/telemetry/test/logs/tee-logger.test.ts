import type { LogFields, Logger } from "@durable-host/engine";
import { TeeLogger } from "../../src/logs/tee-logger";
import type { LogRecord } from "../../src/logs/log-record";

class Recorder implements Logger {
  constructor(
    readonly written: string[],
    readonly category = "",
  ) {}

  trace = (message: string) => this.write("trace", message);
  debug = (message: string) => this.write("debug", message);
  info = (message: string, fields?: LogFields) => this.write("info", message, fields);
  warn = (message: string) => this.write("warn", message);
  error = (message: string) => this.write("error", message);

  child(category: string): Logger {
    return new Recorder(this.written, category);
  }

  private write(level: string, message: string, fields?: LogFields): void {
    this.written.push(`${level} ${this.category} ${message}${fields ? " with fields" : ""}`);
  }
}

describe("a logger that exports, too", () => {
  it("writes everything where the other does, and tells of what is to be exported", () => {
    const written: string[] = [];
    const told: LogRecord[] = [];
    const logger = new TeeLogger(new Recorder(written), {
      sink: (record) => told.push(record),
      allows: (category, level) => level !== "Debug" && category !== "Quiet",
      now: () => 42,
    });
    logger.child("Function.f.User").info("hello", { invocationId: "i1" });
    logger.child("Quiet").error("psst");
    for (const level of ["trace", "debug", "warn", "error"] as const) logger[level](level);

    expect(written).toEqual([
      "info Function.f.User hello with fields",
      "error Quiet psst",
      "trace  trace",
      "debug  debug",
      "warn  warn",
      "error  error",
    ]);
    expect(told.map(({ level, category, message }) => [level, category, message])).toEqual([
      ["Information", "Function.f.User", "hello"],
      ["Trace", "Host.General", "trace"],
      ["Warning", "Host.General", "warn"],
      ["Error", "Host.General", "error"],
    ]);
    expect(told[0]).toMatchObject({ time: 42, fields: { invocationId: "i1" } });
  });
});
