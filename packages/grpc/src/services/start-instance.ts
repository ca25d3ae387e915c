import { status } from "@grpc/grpc-js";
import type { RuntimeStatus, StartOptions } from "@durable-host/engine";
import { statusFromProto } from "../convert/runtime-status";
import { traceFromProto } from "../convert/trace-context";
import { pb } from "../proto/messages";
import { nonEmpty, tagsOf, textOf } from "../proto/scalars";
import { timeOf } from "../proto/timestamps";
import type { UnaryService } from "./call";
import { CallFailure } from "./call-status";
import { requireInstanceId } from "./instance-ids";

const NOT_ENDED: ReadonlySet<RuntimeStatus> = new Set(["Running", "Pending", "Suspended"]);

/** Starts an orchestration; a taken id is handled as the request's policy says (contract §8.1). */
export const startInstance: UnaryService<pb.CreateInstanceRequest, pb.CreateInstanceResponse> = async (
  request,
  { hub, clock },
) => {
  const instanceId = request.getInstanceid() || undefined;
  if (instanceId !== undefined) requireInstanceId(instanceId);
  const options: StartOptions = {
    name: request.getName(),
    instanceId,
    version: nonEmpty(request.getVersion()),
    input: textOf(request.getInput()),
    tags: tagsOf(request.getTagsMap()),
    traceContext: traceFromProto(request.getParenttracecontext()),
    scheduledStartTime: laterThan(clock.now(), timeOf(request.getScheduledstarttimestamp())),
    replaceable: replaceableStatuses(request.getOrchestrationidreusepolicy()),
  };
  return new pb.CreateInstanceResponse().setInstanceid(await hub.taskHub.start(options));
};

/** SDKs send the epoch for "at once"; so is any other time that has passed. */
function laterThan(now: number, time: number | undefined): number | undefined {
  return time !== undefined && time > now ? time : undefined;
}

/** Undefined without a policy: what has ended is replaced. */
function replaceableStatuses(
  policy: pb.OrchestrationIdReusePolicy | undefined,
): ReadonlySet<RuntimeStatus> | undefined {
  if (!policy) return undefined;
  const statuses = policy
    .getReplaceablestatusList()
    .map(statusFromProto)
    .filter((each) => each !== undefined);
  const replaceable = new Set(statuses);
  // A running instance is replaced by ending it, as Terminated: that must not be what keeps the new one out.
  if (statuses.some((each) => NOT_ENDED.has(each)) && !replaceable.has("Terminated")) {
    throw new CallFailure(
      status.INVALID_ARGUMENT,
      "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances.",
    );
  }
  return replaceable;
}
