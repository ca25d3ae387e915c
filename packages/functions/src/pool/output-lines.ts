import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A line without an end is given out when it has grown to this. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Calls back with each line a process writes; the last one also when the process ended before finishing it. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string): void => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    if (rest.length < MAX_LINE_LENGTH) return;
    onLine(rest);
    rest = "";
  };
  stream.on("data", (piece: Buffer) => take(decoder.write(piece)));
  stream.on("end", () => {
    take(decoder.end());
    if (rest !== "") onLine(rest);
    rest = "";
  });
}
