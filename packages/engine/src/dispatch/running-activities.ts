import type { ActivityTask } from "../model/activity-task";
import type { InstanceState } from "../model/instance";
import type { Cancellation, CancellationReason } from "../ports/executor";

const HOST_STOPPING: CancellationReason = {
  code: "HOST_STOPPING",
  message: "The host is stopping. An activity that fails now is run again after the next start.",
};

/** One execution of an activity, from its start to its outcome. */
export class RunningActivity implements Cancellation {
  #reason: CancellationReason | undefined;
  #listener: ((reason: CancellationReason) => void) | undefined;

  get reason(): CancellationReason | undefined {
    return this.#reason;
  }

  onCancel(listener: (reason: CancellationReason) => void): void {
    if (this.#reason) listener(this.#reason);
    else this.#listener = listener;
  }

  /** The first reason stays. */
  cancel(reason: CancellationReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#listener?.(reason);
  }
}

/**
 * The activities this process runs, by the instance that waits for them: so that their code can be told when nobody does any
 * more. An instance that ends in another process is noticed when the lock on its activity cannot be renewed.
 */
export class RunningActivities {
  readonly #byInstance = new Map<string, Set<RunningActivity>>();

  begin({ instanceId }: ActivityTask): RunningActivity {
    const activity = new RunningActivity();
    const siblings = this.#byInstance.get(instanceId);
    if (siblings) siblings.add(activity);
    else this.#byInstance.set(instanceId, new Set([activity]));
    return activity;
  }

  end({ instanceId }: ActivityTask, activity: RunningActivity): void {
    const siblings = this.#byInstance.get(instanceId);
    siblings?.delete(activity);
    if (siblings?.size === 0) this.#byInstance.delete(instanceId);
  }

  /** The instance has ended without waiting for what it had begun. */
  instanceEnded({ instanceId, runtimeStatus }: InstanceState): void {
    this.#cancelAllOf(
      instanceId,
      `The orchestration '${instanceId}' has ended (${runtimeStatus}): nobody takes a result.`,
    );
  }

  /** The host begins to stop. Nothing is begun any more. */
  drain(): void {
    for (const activities of this.#byInstance.values()) for (const each of activities) each.cancel(HOST_STOPPING);
  }

  #cancelAllOf(instanceId: string, message: string): void {
    const activities = this.#byInstance.get(instanceId);
    if (activities) for (const each of activities) each.cancel({ code: "INSTANCE_ENDED", message });
  }
}
