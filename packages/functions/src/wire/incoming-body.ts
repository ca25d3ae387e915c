/** Consumed bytes are reported in portions of at least this size, not piece by piece. */
const CREDIT_PORTION_BYTES = 64 * 1024;

/** A body that arrives in chunks, to be read once by one reader. */
export class IncomingBody implements AsyncIterableIterator<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  readonly #onConsumed: (bytes: number) => void;
  readonly #onCancel: () => void;
  #unreported = 0;
  #end: { readonly error?: Error } | undefined;
  #waiting: { resolve(result: IteratorResult<Uint8Array>): void; reject(error: Error): void } | undefined;

  constructor(onConsumed: (bytes: number) => void, onCancel: () => void) {
    this.#onConsumed = onConsumed;
    this.#onCancel = onCancel;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#consumed(chunk.byteLength);
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#end === undefined) {
      return new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    }
    if (this.#end.error !== undefined) return Promise.reject(this.#end.error);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The reader wants no more: the sender is told to stop. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#chunks.length = 0;
    if (this.#end === undefined) {
      this.end();
      this.#onCancel();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  push(chunk: Uint8Array): void {
    if (this.#end !== undefined) return;
    if (this.#waiting === undefined) {
      this.#chunks.push(chunk);
    } else {
      this.#waiting.resolve({ done: false, value: chunk });
      this.#waiting = undefined;
      this.#consumed(chunk.byteLength);
    }
  }

  end(): void {
    if (this.#end !== undefined) return;
    this.#end = {};
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  /** What has arrived can still be read; after that the reader gets the error. */
  fail(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #consumed(bytes: number): void {
    this.#unreported += bytes;
    if (this.#unreported < CREDIT_PORTION_BYTES || this.#end !== undefined) return;
    this.#onConsumed(this.#unreported);
    this.#unreported = 0;
  }
}
