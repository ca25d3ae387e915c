import { appendFileSync } from "node:fs";
import { jsonLine } from "./json-line";
import type { Level } from "./level-filter";
import { LineWriter } from "./line-writer";

/** Writes what the command says to people as entries among the others, so that every line is a JSON object. */
export class JsonLines extends LineWriter {
  readonly #target: LineWriter;
  readonly #level: Level;

  constructor(target: LineWriter, level: Level) {
    super(() => undefined);
    this.#target = target;
    this.#level = level;
  }

  override line(text: string): void {
    const said = text.trim();
    if (said !== "")
      this.#target.line(jsonLine({ time: Date.now(), level: this.#level, category: "Host.Console", message: said }));
  }

  override flush(): void {
    this.#target.flush();
  }
}

/** Lines that are added to a file. */
export function fileLines(file: string): LineWriter {
  return new LineWriter((text) => appendFileSync(file, text));
}
