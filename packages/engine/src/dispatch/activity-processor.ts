import type { ActivityTask } from "../model/activity-task";
import type { Clock } from "../ports/clock";
import type { ActivityResult, Executor } from "../ports/executor";
import type { ActivityOutcome, ActivityWorkItem, StorageProvider } from "../ports/storage-provider";
import type { WorkProcessor } from "./dispatcher";

export interface ActivityProcessorOptions {
  readonly provider: StorageProvider;
  readonly executor: Executor;
  readonly clock: Clock;
  /** Takes an outcome straight to its orchestration; resolves to false when it has to go there as a message. */
  readonly handOver: (item: ActivityWorkItem, outcome: ActivityOutcome) => Promise<boolean>;
}

/** Runs activities: one task in, one outcome message out (style guide §3.3, flow iii). */
export class ActivityProcessor implements WorkProcessor<ActivityWorkItem> {
  readonly kind = "activity";
  readonly #options: ActivityProcessorOptions;

  constructor(options: ActivityProcessorOptions) {
    this.#options = options;
  }

  lock(max: number): Promise<readonly ActivityWorkItem[]> {
    return this.#options.provider.lockActivities(max);
  }

  describe({ task }: ActivityWorkItem): string {
    return `activity '${task.name}' (task ${task.taskId} of instance '${task.instanceId}')`;
  }

  async process(item: ActivityWorkItem, signal: AbortSignal, onExecuted: () => void): Promise<void> {
    const { executor, provider, clock, handOver } = this.#options;
    const known = executor.knows("activity", item.task.name);
    const result = known ? await executor.executeActivity(item.task, signal) : unknownActivity(item.task.name);
    onExecuted();
    const outcome = outcomeOf(item.task, result, clock.now());
    if (!(await handOver(item, outcome))) await provider.commitActivity(item, outcome);
  }
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
function unknownActivity(name: string): ActivityResult {
  const reason = `Activity function '${name}' failed: Activity function '${name}' does not exist.`;
  return { type: "Failed", reason, details: "It is not registered by the app, or it is disabled." };
}
