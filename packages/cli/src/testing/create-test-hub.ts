import {
  CompletionSignals,
  createTaskHub,
  createTaskHubWorker,
  randomIds,
  type EpisodeLimits,
  type TaskHubWorkerLimits,
} from "@durable-host/engine";
import { createInProcessExecutor } from "@durable-host/functions";
import { createSqliteProvider } from "@durable-host/sqlite";
import { registeredApp } from "./app";
import { logExecutions, type Executed } from "./execution-log";
import { Pacer } from "./pacer";
import { TestHub } from "./test-hub";
import type { TestHubOptions } from "./test-hub-options";
import type { TestHubParts } from "./test-hub-parts";
import { TestLog } from "./test-log";
import { createTestTriggers } from "./test-triggers";
import { VirtualClock } from "./virtual-clock";
import { watchProvider } from "./watch-provider";

const HUB_NAME = "Test";

/** Longer than any test's virtual time: nobody else could take a work item over. */
const LOCK_MS = 1e14;

const LIMITS: TaskHubWorkerLimits = {
  maxConcurrentOrchestrations: 100,
  maxConcurrentActivities: 100,
  maxConcurrentEntities: 100,
  maxEntityOperationBatchSize: 5_000,
  maxResidentOrchestrations: 1_000,
  pollIntervalMs: LOCK_MS,
};

/** Apps whose `appStart` hooks have run: once, however many hubs a test file makes. */
const startedApps = new WeakSet<object>();

/**
 * A task hub for a test: engine, store and the app's functions in this process, in memory, in virtual time. It has all
 * functions that have been registered by now. Dispose of it at the end of the test.
 * @throws when nothing has been registered, which means that the app was imported before this module
 */
export async function createTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const { startTime = new Date() } = options;
  if (Number.isNaN(startTime.getTime())) throw new RangeError("startTime is no valid date.");
  if ("clock" in setImmediate) throw new Error(FAKE_TIMERS);
  const app = registeredApp();
  const log = new TestLog();
  const executor = createInProcessExecutor({
    app,
    mode: options.mode ?? "verify",
    onLog: log.onAppEntry,
    ...(options.activities ? { activities: options.activities } : {}),
    ...(options.callHttp ? { callHttp: options.callHttp } : {}),
  });
  if (executor.functions.functions.length === 0) throw new Error(NOTHING_REGISTERED);
  if (!startedApps.has(app)) {
    startedApps.add(app);
    await app.hooks.runAppStart(process.cwd());
  }
  const parts = joinParts(executor, log, options);
  await parts.store.start();
  parts.worker.start();
  return new TestHub(parts);
}

/** Fake timers, those of Jest too, put a `clock` on the functions they replace. */
const FAKE_TIMERS =
  "Fake timers are on, under which nothing goes on by itself. A test hub has virtual time of its own: turn them off, in Jest " +
  "with jest.useRealTimers().";

const NOTHING_REGISTERED =
  'No functions are registered. Import "durable-host/testing" before the files of the app: what they register at their import ' +
  'finds nobody to register with otherwise. In Jest, "setupFiles": ["durable-host/testing"] does that for every test file.';

function joinParts(
  executor: ReturnType<typeof createInProcessExecutor>,
  log: TestLog,
  options: TestHubOptions,
): TestHubParts {
  const clock = new VirtualClock((options.startTime ?? new Date()).getTime());
  const sleeping = { count: 0 };
  const triggered = { count: 0 };
  const executed: Executed[] = [];
  const onDefect = (error: unknown): void => pacer.fail(error instanceof Error ? error : new Error(String(error)));
  const logger = log.logger(onDefect);
  const store = createSqliteProvider({ file: ":memory:", clock, logger, lockDurationMs: LOCK_MS });
  const watched = watchProvider(store, () => pacer.changed());
  const pacer = new Pacer({
    clock,
    isIdle: () => watched.pending === 0 && triggered.count === 0 && worker.active === sleeping.count,
    nextDueAt: () => store.nextDueAt,
  });
  const shared = {
    provider: watched.provider,
    executor: logExecutions(executor, executed, onDefect),
    ids: randomIds,
    completions: new CompletionSignals(),
  };
  const episodeLimits: EpisodeLimits = {
    maxActions: 100_000,
    defaultVersion: options.defaultVersion ?? "",
    storeInputs: true,
  };
  const worker = createTaskHubWorker({ ...shared, clock, logger, limits: LIMITS, episodeLimits });
  const taskHub = createTaskHub({
    ...shared,
    clock: clock.awaited,
    hubName: HUB_NAME,
    defaultVersion: episodeLimits.defaultVersion,
  });
  const triggers = createTestTriggers({ taskHub, executor, logger });
  const { functions } = executor.functions;
  return { clock, pacer, store, taskHub, worker, triggers, functions, executed, log, sleeping, triggered };
}
