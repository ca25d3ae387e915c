import { status } from "@grpc/grpc-js";
import type { PurgeResult } from "@durable-host/engine";
import { BoolValue } from "google-protobuf/google/protobuf/wrappers_pb";
import { statusFromProto } from "../convert/runtime-status";
import { pb } from "../proto/messages";
import { timeOf } from "../proto/timestamps";
import type { Call, UnaryService } from "./call";
import { CallFailure } from "./call-status";
import { before } from "./query-instances";

/** Most ids of one request. */
const MAX_BATCH = 500;

/** Deletes what has ended, and entities; what still runs, or does not exist, counts 0 (contract §8.5). */
export const purgeInstances: UnaryService<pb.PurgeInstancesRequest, pb.PurgeInstancesResponse> = async (
  request,
  call,
) => {
  const { deleted, isComplete = true } = await purge(request, call);
  return new pb.PurgeInstancesResponse()
    .setDeletedinstancecount(deleted)
    .setIscomplete(new BoolValue().setValue(isComplete));
};

async function purge(request: pb.PurgeInstancesRequest, call: Call): Promise<PurgeResult> {
  switch (request.getRequestCase()) {
    case pb.PurgeInstancesRequest.RequestCase.INSTANCEID:
      return purgeEach([request.getInstanceid()], request.getRecursive(), call);
    case pb.PurgeInstancesRequest.RequestCase.INSTANCEBATCH: {
      const instanceIds = request.getInstancebatch()?.getInstanceidsList() ?? [];
      if (instanceIds.length <= MAX_BATCH) return purgeEach(instanceIds, request.getRecursive(), call);
      throw new CallFailure(
        status.INVALID_ARGUMENT,
        `A batch has at most ${MAX_BATCH} instance ids; this one has ${instanceIds.length}.`,
      );
    }
    case pb.PurgeInstancesRequest.RequestCase.PURGEINSTANCEFILTER:
      return purgeFiltered(request.getPurgeinstancefilter() ?? new pb.PurgeInstanceFilter(), request, call);
    default:
      throw new CallFailure(status.INVALID_ARGUMENT, "The request says neither an id, nor ids, nor a filter.");
  }
}

async function purgeEach(instanceIds: readonly string[], recursive: boolean, { hub }: Call): Promise<PurgeResult> {
  let deleted = 0;
  for (const instanceId of instanceIds) {
    const purged = await hub.taskHub.purgeInstance(instanceId, { recursive, onlyEnded: true });
    deleted += purged.deleted;
  }
  return { deleted, running: [] };
}

function purgeFiltered(
  filter: pb.PurgeInstanceFilter,
  request: pb.PurgeInstancesRequest,
  { hub, clock }: Call,
): Promise<PurgeResult> {
  const statuses = filter
    .getRuntimestatusList()
    .map(statusFromProto)
    .filter((each) => each !== undefined);
  const timeout = filter.getTimeout();
  const deadline = timeout && clock.now() + timeout.getSeconds() * 1000 + timeout.getNanos() / 1e6;
  const selected = {
    kind: "orchestration",
    createdFrom: timeOf(filter.getCreatedtimefrom()),
    createdTo: before(timeOf(filter.getCreatedtimeto())),
    statuses: statuses.length === 0 ? undefined : statuses,
  } as const;
  return hub.taskHub.purgeInstances(selected, { recursive: request.getRecursive(), deadline });
}
