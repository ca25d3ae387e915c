import { statusFromProto } from "../convert/runtime-status";
import { pb } from "../proto/messages";
import { nonEmpty, wrapText } from "../proto/scalars";
import { timeOf } from "../proto/timestamps";
import type { UnaryService } from "./call";
import { before } from "./query-instances";

/** Page size where the client names none. */
const DEFAULT_PAGE = 100;

/** Ids of ended instances in the order in which they have ended (contract §8.7). */
export const listInstanceIds: UnaryService<pb.ListInstanceIdsRequest, pb.ListInstanceIdsResponse> = async (
  request,
  { hub },
) => {
  const statuses = request
    .getRuntimestatusList()
    .map(statusFromProto)
    .filter((each) => each !== undefined);
  const page = await hub.taskHub.listInstanceIds({
    statuses: statuses.length === 0 ? undefined : statuses,
    completedFrom: timeOf(request.getCompletedtimefrom()),
    completedTo: before(timeOf(request.getCompletedtimeto())),
    top: request.getPagesize() > 0 ? request.getPagesize() : DEFAULT_PAGE,
    continuationToken: nonEmpty(request.getLastinstancekey()),
  });
  return new pb.ListInstanceIdsResponse()
    .setInstanceidsList([...page.instanceIds])
    .setLastinstancekey(wrapText(page.continuationToken));
};
