import type { CancellationReason } from "@durable-host/engine";

/** What an activity's signal is aborted with; `fetch` and others reject with it. */
class ActivityCanceledError extends Error {
  readonly code: CancellationReason["code"];

  constructor({ code, message }: CancellationReason) {
    super(message);
    // The name by which code tells an abort from a failure, wherever it comes from.
    this.name = "AbortError";
    this.code = code;
  }
}

/**
 * `context.signal` of one activity: an addition of this host to the context that `@azure/functions` makes, undefined under
 * the official one. The AbortSignal is made when the code first asks for it; most activities never do.
 */
export class ActivitySignal {
  #controller: AbortController | undefined;
  #reason: CancellationReason | undefined;

  /** Puts the property on the context, before the handler or a hook sees it. */
  exposeOn(context: object): void {
    Object.defineProperty(context, "signal", { get: () => this.#signal(), enumerable: true, configurable: true });
  }

  /** The first reason stays. */
  cancel(reason: CancellationReason): void {
    this.#reason ??= reason;
    this.#controller?.abort(new ActivityCanceledError(this.#reason));
  }

  #signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(new ActivityCanceledError(this.#reason));
    }
    return this.#controller.signal;
  }
}
