/** A build writes many files; what comes within this time is one change. */
const QUIET_MS = 100;

/** Turns bursts of changes into reloads, one after the other. */
export class Reloads {
  readonly #reload: (changed: readonly string[]) => Promise<void>;
  readonly #pending = new Set<string>();
  #timeout: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /** `reload` does not reject. */
  constructor(reload: (changed: readonly string[]) => Promise<void>) {
    this.#reload = reload;
  }

  changed(path: string): void {
    this.#pending.add(path);
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => {
      const changed = [...this.#pending].sort();
      this.#pending.clear();
      this.#running = this.#running.then(() => this.#reload(changed));
    }, QUIET_MS);
  }

  /** Drops what has not begun, and waits for what has. */
  async end(): Promise<void> {
    clearTimeout(this.#timeout);
    await this.#running;
  }
}
