import type { WorkKind } from "../ports/storage-provider";
import type { WorkMeter, WorkOutcome } from "../ports/work-meter";

/** Measures one work item from its lock to its end, for a meter. */
export class WorkItemWatch {
  readonly #meter: WorkMeter;
  readonly #kind: WorkKind;
  readonly #lockedAt = performance.now();
  #waitedMs: number | undefined;
  #executedAt: number | undefined;

  /** @param readySince when it could have been executed first; both times in milliseconds since the epoch */
  constructor(meter: WorkMeter, kind: WorkKind, readySince: number | undefined, now: number) {
    this.#meter = meter;
    this.#kind = kind;
    // The clocks of hosts differ.
    if (readySince !== undefined) this.#waitedMs = Math.max(0, now - readySince);
  }

  /** User code has ended. */
  executed(): void {
    this.#executedAt ??= performance.now();
  }

  end(outcome: WorkOutcome): void {
    const now = performance.now();
    const executedAt = this.#executedAt;
    this.#meter.workItemEnded(this.#kind, outcome, {
      ...(this.#waitedMs === undefined ? {} : { waitedMs: this.#waitedMs }),
      executedMs: (executedAt ?? now) - this.#lockedAt,
      ...(executedAt === undefined || outcome !== "processed" ? {} : { committedMs: now - executedAt }),
    });
  }
}
