/** Time as the engine sees it. Injected; the manual clock of the test kit moves only when told to. */
export interface Clock {
  /** Milliseconds since the epoch (UTC). */
  now(): number;
  /** Calls back once after `delayMs`; returns a function that cancels it. Any length, also beyond 24 days. */
  schedule(delayMs: number, callback: () => void): () => void;
}
