import type { RuntimeStatus } from "@durable-host/engine";
import { pb } from "../proto/messages";

const { OrchestrationStatus } = pb;

const TO_PROTO: Readonly<Record<RuntimeStatus, pb.OrchestrationStatus>> = {
  Running: OrchestrationStatus.ORCHESTRATION_STATUS_RUNNING,
  Completed: OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED,
  ContinuedAsNew: OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW,
  Failed: OrchestrationStatus.ORCHESTRATION_STATUS_FAILED,
  Canceled: OrchestrationStatus.ORCHESTRATION_STATUS_CANCELED,
  Terminated: OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED,
  Pending: OrchestrationStatus.ORCHESTRATION_STATUS_PENDING,
  Suspended: OrchestrationStatus.ORCHESTRATION_STATUS_SUSPENDED,
};

const FROM_PROTO = new Map(Object.entries(TO_PROTO).map(([status, value]) => [value, status as RuntimeStatus]));

export function statusToProto(status: RuntimeStatus): pb.OrchestrationStatus {
  return TO_PROTO[status];
}

/** Undefined for a number that the protocol does not have (yet). */
export function statusFromProto(status: pb.OrchestrationStatus): RuntimeStatus | undefined {
  return FROM_PROTO.get(status);
}
