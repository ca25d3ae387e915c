import type { TaskHub, TaskHubWorker } from "@durable-host/engine";
import type { FunctionDescription } from "@durable-host/functions";
import type { SqliteProvider } from "@durable-host/sqlite";
import type { Executed } from "./execution-log";
import type { Pacer } from "./pacer";
import type { TestLog } from "./test-log";
import type { TestTriggers } from "./test-triggers";
import type { VirtualClock } from "./virtual-clock";

/** What a test hub is made of. */
export interface TestHubParts {
  readonly clock: VirtualClock;
  readonly pacer: Pacer;
  readonly store: SqliteProvider;
  readonly taskHub: TaskHub;
  readonly worker: TaskHubWorker;
  readonly functions: readonly FunctionDescription[];
  readonly executed: Executed[];
  readonly log: TestLog;
  readonly triggers: TestTriggers;
  /** How many activities sleep in virtual time. */
  readonly sleeping: { count: number };
  /** How many triggers are being run. */
  readonly triggered: { count: number };
}
