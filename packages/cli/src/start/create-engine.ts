import { availableParallelism } from "node:os";
import {
  CompletionSignals,
  createTaskHub,
  createTaskHubWorker,
  limitExecutor,
  limitTaskHub,
  randomIds,
  systemClock,
  type Executor,
  type Logger,
  type RetentionPolicy,
  type StorageProvider,
  type TaskHub,
  type TaskHubWorker,
  type TaskHubWorkerLimits,
  type WorkKind,
  type WorkMeter,
  type WorkTracer,
} from "@durable-host/engine";
import type { HostConfiguration } from "@durable-host/functions";

type SettingValues = HostConfiguration["values"];

/** Upstream's default for each kind of work (durable contract §7). */
const PER_PROCESSOR = 10;
/**
 * Orchestrators run for microseconds and then wait for the disk: with few slots a commit would wait for the flush
 * before the next one begins, instead of sharing it.
 */
const LEAST_ORCHESTRATIONS = 200;
const RESIDENT_ORCHESTRATIONS = 2000;
/** Workers that connect say themselves how much they take; this only bounds what is locked for all of them. */
const FOR_CONNECTED_WORKERS = 5000;
/** Wake-ups are pushed; this is for the one that gets lost. */
const POLL_INTERVAL_MS = 2000;
/** SQL Server's provider looks for what other hosts have made by one cheap call for all kinds of work. */
const SQL_SERVER_POLL_INTERVAL_MS = 60_000;

export interface Engine {
  readonly taskHub: TaskHub;
  readonly worker: TaskHubWorker;
  /** Lets everyone go who waits for an orchestration to end, with the state as it is. */
  endWaits(): void;
  /** Most work items of a kind whose code runs at the same time. */
  slots(kind: WorkKind): number;
}

export interface EngineOptions {
  /** Who is told of what the engine does; nobody: it costs nothing. */
  readonly meter?: WorkMeter;
  readonly tracer?: WorkTracer;
  /**
   * Workers of the Durable Task SDKs connect: histories hold inputs, and a custom status may be as large as any payload.
   * Where there is no app beside them, they alone decide which versions are executed.
   */
  readonly sdkWorkers?: "alone" | "beside-app";
}

/** Joins store and executor as the configuration says. */
export function createEngine(
  { hubName, values, storage }: Pick<HostConfiguration, "hubName" | "values" | "storage">,
  provider: StorageProvider,
  executor: Executor,
  logger: Logger,
  { meter, tracer, sdkWorkers }: EngineOptions = {},
): Engine {
  const completions = new CompletionSignals();
  const maxPayload = values.host("extensions.durableTask.maxPayloadSizeInBytes");
  const limited = limitExecutor(executor, maxPayload);
  const shared = { provider, executor: limited, clock: systemClock, ids: randomIds, completions, tracer };
  const defaultVersion = values.host("extensions.durableTask.defaultVersion");
  const versions =
    sdkWorkers === "alone"
      ? undefined
      : {
          match: values.host("extensions.durableTask.versionMatchStrategy"),
          onMismatch: values.host("extensions.durableTask.versionFailureStrategy"),
        };
  const taskHub = createTaskHub({
    ...shared,
    hubName,
    // Ids are parts of addresses where there is a management API.
    idCharacters: sdkWorkers === "alone" ? "Printable" : "UrlSafe",
    defaultVersion,
    versions,
    replaceable: values.host("extensions.durableTask.overridableExistingInstanceStates"),
  });
  const limits = limitsOf(
    values,
    storage.type === "mssql" ? SQL_SERVER_POLL_INTERVAL_MS : POLL_INTERVAL_MS,
    executor.capacity ? FOR_CONNECTED_WORKERS : PER_PROCESSOR * availableParallelism(),
  );
  const worker = createTaskHubWorker({
    ...shared,
    meter,
    logger: logger.child("Host.Triggers.DurableTask"),
    limits,
    retention: retentionOf(values),
    episodeLimits: {
      maxActions: values.host("extensions.durableTask.maxOrchestrationActions"),
      defaultVersion,
      storeInputs: sdkWorkers !== undefined || values.host("extensions.durableTask.storeInputsInOrchestrationHistory"),
      maxCustomStatusBytes: sdkWorkers ? maxPayload : undefined,
      versions,
      onNonDeterminism: values.host("extensions.durableTask.nonDeterminismFailureStrategy"),
    },
  });
  return {
    taskHub: limitTaskHub(taskHub, maxPayload),
    worker,
    endWaits: () => completions.stop(),
    slots: (kind) => slotsOf(limits, kind),
  };
}

function slotsOf(limits: TaskHubWorkerLimits, kind: WorkKind): number {
  switch (kind) {
    case "orchestration":
      return limits.maxConcurrentOrchestrations;
    case "activity":
      return limits.maxConcurrentActivities;
    case "entity":
      return limits.maxConcurrentEntities;
  }
}

function limitsOf(values: SettingValues, pollIntervalMs: number, fallback: number): TaskHubWorkerLimits {
  return {
    maxConcurrentOrchestrations:
      values.host("extensions.durableTask.maxConcurrentOrchestratorFunctions") ??
      Math.max(fallback, LEAST_ORCHESTRATIONS),
    maxConcurrentActivities: values.host("extensions.durableTask.maxConcurrentActivityFunctions") ?? fallback,
    maxConcurrentEntities: values.host("extensions.durableTask.maxConcurrentEntityFunctions") ?? fallback,
    maxEntityOperationBatchSize: values.host("extensions.durableTask.maxEntityOperationBatchSize"),
    maxResidentOrchestrations: RESIDENT_ORCHESTRATIONS,
    pollIntervalMs,
  };
}

function retentionOf(values: SettingValues): RetentionPolicy {
  return {
    completedAfterMs: values.host("extensions.durableTask.retention.completedAfter"),
    failedAfterMs: values.host("extensions.durableTask.retention.failedAfter"),
    terminatedAfterMs: values.host("extensions.durableTask.retention.terminatedAfter"),
    checkIntervalMs: values.host("extensions.durableTask.retention.checkInterval"),
  };
}
