import { errorText, type Logger } from "@durable-host/engine";

/** Tells of something that cannot be reached once, however often it is tried, and when it can be again. */
export class Outage {
  readonly #what: string;
  readonly #logger: Logger;
  #lasts = false;

  constructor(what: string, logger: Logger) {
    this.#what = what;
    this.#logger = logger;
  }

  failed(error: unknown): void {
    if (this.#lasts) return;
    this.#lasts = true;
    this.#logger.warn(`${this.#what} cannot be read: ${firstLine(error)} It is tried again until it can.`);
  }

  over(): void {
    if (!this.#lasts) return;
    this.#lasts = false;
    this.#logger.info(`${this.#what} can be read again.`);
  }
}

/** The sentence of an error: those of a storage service go on with ids of the request, which help nobody here. */
export function firstLine(error: unknown): string {
  const [line = ""] = errorText(error).split("\n");
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
