import type { ChildProcess } from "node:child_process";
import type { LogEntry, LogLevel } from "../wire/messages";
import { readLines } from "./output-lines";

/** Category of what the app writes past its context (contract §8). */
const CONSOLE_CATEGORY = "Host.Function.Console";

/** Makes log entries of what an app worker prints, one for each line. */
export function readOutput({ stdout, stderr }: ChildProcess, onLog: (entry: Omit<LogEntry, "type">) => void): void {
  const log = (level: LogLevel, message: string): void => onLog({ level, category: CONSOLE_CATEGORY, message });
  if (stdout) readLines(stdout, (line) => log("information", line));
  if (stderr) readLines(stderr, (line) => log(levelOf(line), line));
}

/** What Node.js writes there about debuggers is no error (`lib/internal/…` and `src/inspector_agent.cc` of Node.js). */
const ABOUT_DEBUGGERS = /^(Debugger (listening on|attached|ending on)|For help, see: |Waiting for the debugger)/;

function levelOf(line: string): LogLevel {
  if (ABOUT_DEBUGGERS.test(line)) return "information";
  return /warn/i.test(line) ? "warning" : "error";
}
