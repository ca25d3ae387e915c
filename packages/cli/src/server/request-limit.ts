import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";

export interface RequestLimits {
  /** `maxConcurrentRequests`; Infinity: no limit. */
  readonly maxConcurrent: number;
  /** `maxOutstandingRequests`, those that run included; Infinity: as many as may run. */
  readonly maxOutstanding: number;
}

/** A handler that runs a limited number of requests at a time. */
export interface LimitedHandler {
  readonly handle: HttpHandler;
  /** The next request would be refused. */
  readonly isFull: () => boolean;
}

const TOO_BUSY: HostResponse = { status: 429, headers: [["X-FUNCTION-SCALEOUT", "1"]] };

/**
 * Lets requests wait, or refuses them with 429, when more come than may run (functions-host contract §3.2, §3.5). A request
 * runs until its response has been sent, streams included.
 */
export function withRequestLimit(handler: HttpHandler, limits: RequestLimits): LimitedHandler {
  if (Math.min(limits.maxConcurrent, limits.maxOutstanding) === Number.POSITIVE_INFINITY) {
    return { handle: handler, isFull: () => false };
  }
  const places = new Places(limits);
  return {
    isFull: () => places.isFull,
    async handle(request) {
      if (places.isFull) return TOO_BUSY;
      await places.take();
      return answerInPlace(handler, request, () => places.giveBack());
    },
  };
}

class Places {
  readonly #maxRunning: number;
  readonly #maxOutstanding: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ maxConcurrent, maxOutstanding }: RequestLimits) {
    this.#maxRunning = Math.min(maxConcurrent, maxOutstanding);
    this.#maxOutstanding = maxOutstanding === Number.POSITIVE_INFINITY ? maxConcurrent : maxOutstanding;
  }

  get isFull(): boolean {
    return this.#running + this.#waiting.length >= this.#maxOutstanding;
  }

  async take(): Promise<void> {
    if (this.#running < this.#maxRunning) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Whoever waits longest takes the place over. */
  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}

async function answerInPlace(
  handler: HttpHandler,
  request: HostRequest,
  giveBack: () => void,
): Promise<HostResponse | undefined> {
  let response: HostResponse | undefined;
  try {
    response = await handler(request);
  } catch (error) {
    giveBack();
    throw error;
  }
  const body = response?.body;
  if (response !== undefined && typeof body === "object" && !(body instanceof Uint8Array)) {
    return { ...response, body: untilEnd(body, request.signal, giveBack) };
  }
  giveBack();
  return response;
}

/** The same body; `onEnd` is called once, also when the client goes away before anybody has read it. */
function untilEnd(body: AsyncIterable<Uint8Array>, signal: AbortSignal, onEnd: () => void): AsyncIterable<Uint8Array> {
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", end);
    onEnd();
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return {
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const result = await iterator.next();
            if (result.done === true) end();
            return result;
          } catch (error) {
            end();
            throw error;
          }
        },
        // No generator: one that has not begun would forget the body that it is told to leave.
        async return() {
          end();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
