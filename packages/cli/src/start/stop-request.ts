/** Somebody wants the host to stop. */
export interface StopRequest {
  /** Resolves when the first signal arrives. */
  readonly made: Promise<undefined>;
}

/** What of `process` matters here. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/**
 * Listens for SIGINT and SIGTERM: the first asks for an orderly stop; another SIGINT calls `stopNow`, because a person
 * who presses Ctrl+C twice does not want to wait.
 */
export function listenForStop(signals: SignalSource, stopNow: () => void): StopRequest {
  let isMade = false;
  const made = new Promise<undefined>((resolve) => {
    const first = (): void => {
      isMade = true;
      resolve(undefined);
    };
    signals.on("SIGTERM", first);
    signals.on("SIGINT", () => (isMade ? stopNow() : first()));
  });
  return { made };
}
