export { planFaults, seededRandom } from "./harness/chaos-plan";
export type { Fault, FaultKind, PlanOptions } from "./harness/chaos-plan";
export { ChaosProxy } from "./harness/chaos-proxy";
export type { ProxyTarget } from "./harness/chaos-proxy";
export { Azurite, type AzuritePorts } from "./harness/azurite";
export { freePort } from "./harness/free-port";
export { HostFixture } from "./harness/host-fixture";
export type { FixtureOptions, HostRun } from "./harness/host-fixture";
export { HostProcess } from "./harness/host-process";
export type { HostExit, HostOptions } from "./harness/host-process";
export { ManagementClient } from "./harness/management-client";
export type { Answer, HistoryRow, InstanceStatus, RequestOptions } from "./harness/management-client";
export { waitUntil } from "./harness/wait-until";
export type { WaitOptions } from "./harness/wait-until";
export { aCommit } from "./builders/commits";
export {
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  anExecutionTerminated,
  anInstanceSeed,
  anOrchestratorStarted,
  aTaskCompleted,
  aTaskScheduled,
  BUILT_AT,
} from "./builders/events";
export { checkHub } from "./checker/check-hub";
export type {
  EventFacts,
  HubContents,
  InstanceFacts,
  MessageFacts,
  TaskFacts,
  Violation,
} from "./checker/hub-contents";
export { ManualClock } from "./clock/manual-clock";
export type { Capability } from "./contract/capabilities";
export { describeStorageProvider } from "./contract/describe-storage-provider";
export { TestHub, useHub, type ProviderFixture } from "./contract/test-hub";
export { ErrorRecorder } from "./loggers/error-recorder";
export { silentLogger } from "./loggers/silent-logger";
export { withFaults, type FaultInjection, type FaultyMethod } from "./faults/with-faults";
