import type { FailureDetails } from "./failure-details";
import type { JsonText } from "./json-text";
import type { RuntimeStatus } from "./runtime-status";

/** What a client sees of an instance: its newest execution, without history. Times are milliseconds since the epoch. */
export interface InstanceState {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly version: string;
  readonly runtimeStatus: RuntimeStatus;
  readonly input: JsonText | null;
  /** Result as JSON; for Failed the error text and for Terminated the reason, both as plain text. */
  readonly output: JsonText | null;
  readonly customStatus: JsonText | null;
  readonly failureDetails?: FailureDetails;
  readonly parentInstanceId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly completedAt?: number;
}
