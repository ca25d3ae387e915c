import type { Logger } from "../ports/logger";

/** Callbacks of others. One that throws is reported and keeps no other from being called. */
export class Listeners<T> {
  private readonly entries = new Set<(value: T) => void>();

  constructor(
    private readonly logger: Logger,
    /** What they listen for, in the log. */
    private readonly what: string,
  ) {}

  /** Adds a listener; returns a function that removes it. */
  add(listener: (value: T) => void): () => void {
    // A wrapper, so that one function can listen twice and end each by itself.
    const entry = (value: T) => listener(value);
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  call(value: T): void {
    for (const listener of this.entries) {
      try {
        listener(value);
      } catch (error) {
        this.logger.error(`A listener for ${this.what} threw.`, { value, error });
      }
    }
  }
}
