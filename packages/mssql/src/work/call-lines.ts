/**
 * A line of calls that follow each other. The database knows the number of the last one, so it recognises one that is
 * repeated, and one that was so long on its way that others have followed.
 */
export class CallLine {
  #calls = 0;

  constructor(readonly number: number) {}

  nextCall(): number {
    return ++this.#calls;
  }
}

/** The lines of a process: as many as it has had calls under way at the same time. */
export class CallLines {
  readonly #free: CallLine[] = [];
  #lines = 0;

  /** A line that has no call under way. */
  take(): CallLine {
    return this.#free.pop() ?? new CallLine(this.#lines++);
  }

  /** Whatever has become of its call: one that may still arrive is older than the next, and does nothing then. */
  giveBack(line: CallLine): void {
    this.#free.push(line);
  }
}
