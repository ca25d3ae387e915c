/** Where finished text goes: standard output, or a test's list. */
export type TextSink = (text: string) => void;

/** Text that waits longer than this is written at once, whatever the turn. */
const LARGEST_BUFFER = 64 * 1024;

/** Gathers lines and writes those of one turn of the event loop together: a write per line would dominate a busy host. */
export class LineWriter {
  readonly #sink: TextSink;
  #buffer = "";
  #scheduled: NodeJS.Immediate | undefined;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  line(text: string): void {
    this.#buffer += `${text}\n`;
    if (this.#buffer.length >= LARGEST_BUFFER) this.flush();
    else this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** Writes what waits. To be called before the process ends. */
  flush(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#buffer === "") return;
    const text = this.#buffer;
    this.#buffer = "";
    this.#sink(text);
  }
}
