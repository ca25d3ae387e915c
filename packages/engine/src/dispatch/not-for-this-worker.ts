/** A work item that this worker must not execute but another one may: it is given back, and that is no failure. */
export class NotForThisWorker extends Error {
  readonly retryInMs: number;

  constructor(reason: string, retryInMs: number) {
    super(reason);
    this.name = "NotForThisWorker";
    this.retryInMs = retryInMs;
  }
}
