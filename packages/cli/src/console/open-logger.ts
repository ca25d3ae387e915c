import { coloredConsoleLine, consoleLine } from "./console-line";
import { jsonLine } from "./json-line";
import type { LevelFilter } from "./level-filter";
import { LineLogger } from "./line-logger";
import type { LineWriter } from "./line-writer";

/** Where log entries go. */
export interface LogTarget {
  /** For people. */
  readonly output: LineWriter;
  /** Whether what reads `output` shows colours. */
  readonly color: boolean;
  /** Present: entries go here, as JSON, instead. */
  readonly json?: LineWriter | undefined;
}

/** Logs what `filter` allows, with the time of the system. */
export function openLogger({ output, color, json }: LogTarget, filter: LevelFilter): LineLogger {
  if (json) return new LineLogger({ writer: json, filter, now: Date.now, format: jsonLine });
  return new LineLogger({ writer: output, filter, now: Date.now, format: color ? coloredConsoleLine : consoleLine });
}
