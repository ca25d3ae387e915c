import type { TaskHubWorker } from "@durable-host/engine";
import type { DrainState, HostControl } from "../server/admin/host-routes";
import type { OfflinePage } from "../server/offline-page";
import type { AppSlot } from "./app-slot";
import type { HostLifecycle } from "./host-lifecycle";

/** Without an end to the waiting, in milliseconds: the longest that timers take. */
const AS_LONG_AS_IT_TAKES_MS = 2 ** 31 - 1;

export interface LiveControlParts {
  readonly lifecycle: HostLifecycle;
  readonly slot: AppSlot;
  readonly worker: TaskHubWorker;
  readonly offlinePage: OfflinePage;
  /** Puts an app loaded from the files as they are now in the place of the present one. */
  readonly reload: () => Promise<void>;
}

/** What the admin API does to the host it belongs to (functions-host contract §3.4). */
export class LiveControl implements HostControl {
  readonly #parts: LiveControlParts;
  #drain: "off" | "begun" | "done" = "off";

  constructor(parts: LiveControlParts) {
    this.#parts = parts;
  }

  get drainState(): DrainState {
    if (this.#drain === "off") return "Disabled";
    return this.#drain === "done" && this.outstandingInvocations === 0 ? "Completed" : "InProgress";
  }

  get outstandingInvocations(): number {
    return this.#parts.slot.inFlight;
  }

  get workerPids(): readonly number[] {
    return this.#parts.slot.workerPids;
  }

  drain(): boolean {
    const { lifecycle, slot, worker } = this.#parts;
    if (lifecycle.state !== "Running") return false;
    if (this.#drain !== "off") return true;
    this.#drain = "begun";
    void Promise.all([slot.stopTriggers(), worker.stop(AS_LONG_AS_IT_TAKES_MS)]).then(() => {
      this.#drain = "done";
    });
    return true;
  }

  async resume(): Promise<boolean> {
    const { lifecycle, slot, worker } = this.#parts;
    if (lifecycle.state !== "Running" || this.#drain === "begun") return false;
    if (this.#drain === "off") return true;
    this.#drain = "off";
    worker.start();
    await slot.startTriggers();
    return true;
  }

  restart(): Promise<void> {
    return this.#parts.reload();
  }

  setOffline(offline: boolean): void {
    this.#parts.offlinePage.isOffline = offline;
  }

  warmUp(): Promise<void> {
    return this.#parts.slot.warmUp();
  }
}
