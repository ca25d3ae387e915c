import { unknownFunction } from "../decide/unknown-function";
import { DurableHostError } from "../errors";
import type { ActivityTask } from "../model/activity-task";
import type { Clock } from "../ports/clock";
import type { ActivityResult, Executor } from "../ports/executor";
import type { ActivityOutcome, ActivityWorkItem, StorageProvider } from "../ports/storage-provider";
import type { WorkTracer } from "../ports/work-tracer";
import type { RunningActivities, RunningActivity } from "./running-activities";
import type { WorkProcessor } from "./work-processor";

export interface ActivityProcessorOptions {
  readonly provider: StorageProvider;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly activities: RunningActivities;
  /** Takes an outcome straight to its orchestration; resolves to false when it has to go there as a message. */
  readonly handOver: (item: ActivityWorkItem, outcome: ActivityOutcome) => Promise<boolean>;
  /** Absent: nothing is traced. */
  readonly tracer?: WorkTracer;
}

/** Runs activities: one task in, one outcome message out. */
export class ActivityProcessor implements WorkProcessor<ActivityWorkItem> {
  readonly kind = "activity";
  readonly #options: ActivityProcessorOptions;
  readonly #running = new Map<ActivityWorkItem, RunningActivity>();

  constructor(options: ActivityProcessorOptions) {
    this.#options = options;
  }

  lock(max: number): Promise<readonly ActivityWorkItem[]> {
    return this.#options.provider.lockActivities(max);
  }

  readySince({ task }: ActivityWorkItem): number | undefined {
    return task.scheduledAt;
  }

  describe({ task }: ActivityWorkItem): string {
    return `activity '${task.name}' (task ${task.taskId} of instance '${task.instanceId}')`;
  }

  async process(item: ActivityWorkItem, signal: AbortSignal, onExecuted: () => void): Promise<void> {
    const { provider, clock, handOver, tracer } = this.#options;
    const startedAt = tracer ? clock.now() : 0;
    const result = await this.#execute(item, signal);
    onExecuted();
    const outcome = outcomeOf(item.task, result, clock.now());
    if (!(await handOver(item, outcome))) await provider.commitActivity(item, outcome);
    tracer?.activitySaved(item.task, outcome, startedAt);
  }

  /** The task is gone from the store or somebody else's: whatever its code does now is in vain. */
  onLockLost(item: ActivityWorkItem): void {
    const message = `The lock on the task was lost: the result of '${item.task.name}' will not be taken.`;
    this.#running.get(item)?.cancel({ code: "INSTANCE_ENDED", message });
  }

  async #execute(item: ActivityWorkItem, signal: AbortSignal): Promise<ActivityResult> {
    const { executor, activities, tracer } = this.#options;
    const { task } = item;
    if (!executor.knows("activity", task.name)) return failUnknown(task.name, executor);
    const running = activities.begin(task);
    this.#running.set(item, running);
    try {
      const result = await executor.executeActivity(
        tracer ? { ...task, traceContext: tracer.activityContext(task) } : task,
        signal,
        running,
      );
      if (result.type === "Failed" && running.reason?.code === "HOST_STOPPING") throw endedEarly(result.reason);
      return result;
    } finally {
      this.#running.delete(item);
      activities.end(task, running);
    }
  }
}

/** Ending early at a stop is no failure of the orchestration: the task is given back. */
function endedEarly(reason: string): DurableHostError {
  const what = "It has ended early because the host stops, and will be run again after the next start.";
  return new DurableHostError("WORKER_LOST", `${what} (${reason})`);
}

function outcomeOf(task: ActivityTask, result: ActivityResult, now: number): ActivityOutcome {
  const { taskId: taskScheduledId } = task;
  if (result.type === "Completed") {
    return { type: "TaskCompleted", timestamp: now, taskScheduledId, result: result.result };
  }
  const { reason, details, failureDetails } = result;
  return {
    type: "TaskFailed",
    timestamp: now,
    taskScheduledId,
    reason,
    details,
    ...(failureDetails ? { failureDetails } : {}),
  };
}

/** Contract §4.2: an activity nobody knows fails its task at once instead of being tried for ever. */
function failUnknown(name: string, executor: Executor): ActivityResult {
  const reason = `Activity function '${name}' failed: Activity function '${name}' does not exist.`;
  return { type: "Failed", reason, details: unknownFunction("activity", name, executor) };
}
