/** Somebody wants the host to stop. */
export interface StopRequest {
  /** Resolves when the first signal arrives. */
  readonly made: Promise<undefined>;
}

/** What of `process` matters here. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** A signal to a whole process group may arrive twice: from the group, and passed on by the parent (npm does that). */
const SAME_SIGNAL_MS = 1000;

/**
 * Listens for SIGINT and SIGTERM: the first asks for an orderly stop; another one calls `stopNow`, because whoever asks twice
 * does not want to wait.
 *
 * @param now milliseconds on a clock that only goes on
 */
export function listenForStop(
  signals: SignalSource,
  stopNow: () => void,
  now: () => number = () => performance.now(),
): StopRequest {
  let madeAt: number | undefined;
  const made = new Promise<undefined>((resolve) => {
    const onSignal = (isPassedOn: boolean) => (): void => {
      if (madeAt === undefined) {
        madeAt = now();
        resolve(undefined);
      } else if (!isPassedOn || now() - madeAt >= SAME_SIGNAL_MS) stopNow();
    };
    signals.on("SIGTERM", onSignal(true));
    signals.on("SIGINT", onSignal(false));
  });
  return { made };
}
