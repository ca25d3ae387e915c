import type { EpisodeLimits } from "../decide/finish-episode";
import type { IdSource } from "../model/ids";
import type { Clock } from "../ports/clock";
import type { Executor } from "../ports/executor";
import type { Logger } from "../ports/logger";
import type { StorageProvider, WorkKind } from "../ports/storage-provider";
import type { WorkMeter } from "../ports/work-meter";
import type { WorkTracer } from "../ports/work-tracer";
import { ActivityProcessor } from "./activity-processor";
import type { CompletionSignals } from "./completion-signals";
import { Dispatcher } from "./dispatcher";
import { EntityProcessor } from "./entity-processor";
import { OrchestrationProcessor } from "./orchestration-processor";
import { OutcomeHandOver } from "./outcome-hand-over";
import { Retention, type RetentionPolicy } from "./retention";
import { RunningActivities } from "./running-activities";

/** Bounds of one worker process of a task hub (host.json `extensions.durableTask`, contract §7). */
export interface TaskHubWorkerLimits {
  readonly maxConcurrentOrchestrations: number;
  readonly maxConcurrentActivities: number;
  readonly maxConcurrentEntities: number;
  readonly maxEntityOperationBatchSize: number;
  /** How many executions stay folded in memory, and their orchestrators resident, between episodes. */
  readonly maxResidentOrchestrations: number;
  readonly pollIntervalMs: number;
}

export interface TaskHubWorkerOptions {
  readonly provider: StorageProvider;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids: IdSource;
  readonly completions: CompletionSignals;
  readonly limits: TaskHubWorkerLimits;
  readonly episodeLimits: EpisodeLimits;
  /** Absent: ended instances are kept until somebody purges them. */
  readonly retention?: RetentionPolicy;
  /** Absent: nothing is measured. */
  readonly meter?: WorkMeter;
  /** Absent: nothing is traced. */
  readonly tracer?: WorkTracer;
}

/** Executes the work of a task hub. */
export interface TaskHubWorker {
  /** Begins to lock and execute work; the provider has been started before. */
  start(): void;
  /**
   * Stops locking and tells the code of activities; resolves when running work items have ended. After `graceMs` nobody
   * waits for them any longer: they are given back.
   */
  stop(graceMs: number): Promise<void>;
  /** Number of work items being executed. */
  readonly active: number;
  /** The same by kind. */
  activeOf(kind: WorkKind): number;
}

/** Joins a store and an executor: one dispatcher for each kind of work. */
export function createTaskHubWorker(options: TaskHubWorkerOptions): TaskHubWorker {
  const { provider, clock, limits, episodeLimits, executor } = options;
  const { meter } = options;
  const common = { provider, clock, logger: options.logger, pollIntervalMs: limits.pollIntervalMs, meter };
  const sharedBy = (kind: WorkKind) => ({ ...common, capacity: executor.capacity?.bind(executor, kind) });
  const processor = new OrchestrationProcessor({
    ...options,
    limits: episodeLimits,
    cachedExecutions: limits.maxResidentOrchestrations,
  });
  const orchestration = new Dispatcher(processor, {
    ...sharedBy("orchestration"),
    concurrency: limits.maxConcurrentOrchestrations,
  });
  const handOver = new OutcomeHandOver({ provider, dispatcher: orchestration, processor });
  const activities = new RunningActivities();
  const activity = new Dispatcher(
    new ActivityProcessor({ ...options, activities, handOver: (item, outcome) => handOver.offer(item, outcome) }),
    { ...sharedBy("activity"), concurrency: limits.maxConcurrentActivities },
  );
  const entity = new Dispatcher(
    new EntityProcessor({
      ...options,
      maxOperations: limits.maxEntityOperationBatchSize,
      defaultVersion: episodeLimits.defaultVersion,
    }),
    { ...sharedBy("entity"), concurrency: limits.maxConcurrentEntities },
  );
  const retention = options.retention && new Retention({ ...options, policy: options.retention });
  const dispatchers = { orchestration, activity, entity };
  const all = [orchestration, activity, entity];
  let endSignals: (() => void)[] = [];
  return {
    start() {
      endSignals = [
        provider.onWork((kind) => dispatchers[kind].wake()),
        options.completions.listenToAll((instance) => activities.instanceEnded(instance)),
        executor.onCapacity?.((kind) => dispatchers[kind].wake()) ?? (() => undefined),
      ];
      for (const dispatcher of all) dispatcher.start();
      retention?.start();
    },
    async stop(graceMs) {
      for (const end of endSignals) end();
      const stopping = all.map((dispatcher) => dispatcher.stop(graceMs));
      activities.drain();
      await Promise.all([...stopping, retention?.stop()]);
    },
    get active() {
      return all.reduce((sum, dispatcher) => sum + dispatcher.active, 0);
    },
    activeOf: (kind) => dispatchers[kind].active,
  };
}
