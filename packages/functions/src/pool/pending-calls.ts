import { errorText, type Clock } from "@durable-host/engine";
import { formatTimeSpan } from "../config/time-span";
import type { BindingValues } from "../wire/messages";

/** Hands what a function has set to its output bindings to where it goes; rejects when that fails. */
export type DeliverOutputs = (values: BindingValues) => Promise<void>;

interface PendingCall {
  readonly functionName: string;
  readonly startedAt: number;
  readonly deliver: DeliverOutputs | undefined;
  /** Under way once the function has ended and has set outputs: until it is done, the call is not answered. */
  delivery?: Promise<void>;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A function ran longer than host.json's `functionTimeout` allows. */
export class FunctionTimeoutError extends Error {
  constructor(functionName: string, timeoutMs: number) {
    super(
      `Timeout value of ${formatTimeSpan(timeoutMs)} was exceeded by function 'Functions.${functionName}' (functionTimeout in host.json).`,
    );
    this.name = "FunctionTimeoutError";
  }
}

/** A function has succeeded, and what it has set for an output binding could not be delivered. */
export class OutputError extends Error {
  constructor(functionName: string, cause: unknown) {
    super(`An output of function '${functionName}' could not be delivered: ${errorText(cause)}`, { cause });
    this.name = "OutputError";
  }
}

/**
 * The calls one worker has not answered yet. All have the same time limit, so that the oldest is always the next to
 * expire: one timer serves them all, and a call that is answered in time costs none.
 */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>();
  readonly #clock: Clock;
  readonly #timeoutMs: number | undefined;
  readonly #onTimeout: () => void;
  #cancelTimer: (() => void) | undefined;

  /** `timeoutMs` undefined: no limit. `onTimeout` is called after calls have been rejected for exceeding it. */
  constructor(clock: Clock, timeoutMs: number | undefined, onTimeout: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Resolves or rejects once, when `settle`, `fail` or the time limit say so. */
  add<T>(id: number, functionName: string, deliver?: DeliverOutputs): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const startedAt = this.#timeoutMs === undefined ? 0 : this.#clock.now();
      this.#calls.set(id, { functionName, startedAt, deliver, resolve: resolve as (answer: unknown) => void, reject });
      this.#armTimer();
    });
  }

  /** Delivers what a function has set; its answer follows, and waits for that. */
  deliver(id: number, values: BindingValues): void {
    const call = this.#calls.get(id);
    if (call?.deliver === undefined) return;
    call.delivery = call.deliver(values);
    // Whoever settles the call gets the error.
    call.delivery.catch(() => undefined);
  }

  settle(id: number, answer: unknown): void {
    const call = this.#take(id);
    if (call?.delivery === undefined) return call?.resolve(answer);
    call.delivery.then(
      () => call.resolve(answer),
      (error: unknown) => call.reject(new OutputError(call.functionName, error)),
    );
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** Fails every call; `errorFor` is told which function it was. */
  failAll(errorFor: (functionName: string) => Error): void {
    this.#cancelTimer?.();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(errorFor(call.functionName));
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    if (call !== undefined) this.#calls.delete(id);
    return call;
  }

  #armTimer(): void {
    if (this.#timeoutMs === undefined || this.#cancelTimer !== undefined) return;
    const [oldest] = this.#calls.values();
    if (oldest === undefined) return;
    const delayMs = Math.max(0, oldest.startedAt + this.#timeoutMs - this.#clock.now());
    this.#cancelTimer = this.#clock.schedule(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#expire(this.#timeoutMs ?? 0);
    });
  }

  #expire(timeoutMs: number): void {
    const limit = this.#clock.now() - timeoutMs;
    const expired = [...this.#calls].filter(([, call]) => call.startedAt <= limit);
    for (const [id, call] of expired) this.fail(id, new FunctionTimeoutError(call.functionName, timeoutMs));
    this.#armTimer();
    if (expired.length > 0) this.#onTimeout();
  }
}
