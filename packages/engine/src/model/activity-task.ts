import type { JsonText } from "./json-text";
import type { TraceContext } from "./trace-context";

/** One execution of an activity, queued by an orchestration and answered to it. At least once. */
export interface ActivityTask {
  readonly instanceId: string;
  readonly executionId: string;
  /** Id of the TaskScheduled event that asked for it. */
  readonly taskId: number;
  readonly name: string;
  readonly version?: string;
  readonly input: JsonText | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly traceContext?: TraceContext;
  /** When it was asked for, in milliseconds since the epoch; only where somebody measures how long activities wait. */
  readonly scheduledAt?: number;
}
