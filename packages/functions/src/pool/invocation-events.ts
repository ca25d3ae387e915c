import { errorText } from "@durable-host/engine";
/** A function begins to run. */
export interface InvocationStarted {
  readonly type: "invocationStarted";
  readonly functionName: string;
  readonly invocationId: string;
  /** Why, as the official host words it; empty where it gives none. */
  readonly reason: string;
}

/** A function has run. */
export interface InvocationFinished {
  readonly type: "invocationFinished";
  readonly functionName: string;
  readonly invocationId: string;
  readonly reason: string;
  readonly durationMs: number;
  readonly succeeded: boolean;
  readonly error?: string;
}

export type InvocationListener = (event: InvocationStarted | InvocationFinished) => void;

/** Tells a listener of each run of a function; without a listener a run costs one comparison. */
export class InvocationEvents {
  readonly #listener: InvocationListener | undefined;

  constructor(listener: InvocationListener | undefined) {
    this.#listener = listener;
  }

  /** Runs `run` between the two events. `errorOf` finds a failure that is a value instead of a rejection. */
  around<T>(
    functionName: string,
    invocationId: string,
    reason: string,
    run: () => Promise<T>,
    errorOf?: (result: T) => string | undefined,
  ): Promise<T> {
    const listener = this.#listener;
    if (listener === undefined) return run();
    const startedAt = performance.now();
    listener({ type: "invocationStarted", functionName, invocationId, reason });
    const finish = (error: string | undefined): void => {
      const durationMs = performance.now() - startedAt;
      const outcome = error === undefined ? { succeeded: true } : { succeeded: false, error };
      listener({ type: "invocationFinished", functionName, invocationId, reason, durationMs, ...outcome });
    };
    return run().then(
      (result) => {
        finish(errorOf?.(result));
        return result;
      },
      (error: unknown) => {
        finish(errorText(error));
        throw error;
      },
    );
  }
}
