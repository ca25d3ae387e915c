import type { IncomingMessage } from "node:http";

type Waiting = { resolve(result: IteratorResult<Uint8Array>): void; reject(error: Error): void };

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The body of a request as an async iterable. Node's own iterator costs several promises per request and destroys the
 * connection when a reader stops early, so that a 413 could not be sent.
 */
export class RequestBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage;
  readonly #limit: number;
  #length = 0;
  #listening = false;
  #ended = false;
  #error: Error | undefined;
  #waiting: Waiting | undefined;

  /** @param limit largest length in bytes; a reader of more than that is rejected */
  constructor(message: IncomingMessage, limit: number) {
    this.#message = message;
    this.#limit = limit;
  }

  get isTooLarge(): boolean {
    return this.#length > this.#limit;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#listening) this.#listen();
    const chunk = this.#read();
    if (chunk !== null) return Promise.resolve({ done: false, value: chunk });
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended || this.#message.readableEnded) return Promise.resolve(DONE);
    // Nobody says so again.
    if (this.#message.closed) return Promise.reject(clientWentAway());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The reader wants no more. What still arrives is dropped when the response has been sent. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#finish(undefined);
    return Promise.resolve(DONE);
  }

  #listen(): void {
    this.#listening = true;
    this.#message.on("readable", () => this.#deliver());
    this.#message.once("end", () => this.#finish(undefined));
    this.#message.once("error", (error) => this.#finish(error));
    this.#message.once("close", () => this.#finish(clientWentAway()));
  }

  #read(): Uint8Array | null {
    const chunk = this.#message.read() as Uint8Array | null;
    if (chunk === null) return null;
    this.#length += chunk.byteLength;
    if (!this.isTooLarge) return chunk;
    this.#finish(new Error(`The request body is larger than ${this.#limit} bytes.`));
    return null;
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    const chunk = this.#read();
    if (chunk === null) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting.resolve({ done: false, value: chunk });
  }

  #finish(error: Error | undefined): void {
    if (this.#ended || this.#error !== undefined) return;
    if (error === undefined) this.#ended = true;
    else this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (error === undefined) waiting?.resolve(DONE);
    else waiting?.reject(error);
  }
}

function clientWentAway(): Error {
  return new Error("The client went away before it had sent the whole body.");
}
