import type { InstanceQuery } from "@durable-host/engine";
import { instanceToProto } from "../convert/instance-state";
import { statusFromProto } from "../convert/runtime-status";
import { pb } from "../proto/messages";
import { nonEmpty, wrapText } from "../proto/scalars";
import { timeOf } from "../proto/timestamps";
import type { UnaryService } from "./call";

/** Page size where the client names none. */
const DEFAULT_PAGE = 100;
/** Most bytes of an answer: what SDKs take unless they are told otherwise, with some room (contract §1.4). */
const MAX_BYTES = 3_500_000;

/** Orchestrations in order of creation; entities are asked for in other ways (contract §8.6). */
export const queryInstances: UnaryService<pb.QueryInstancesRequest, pb.QueryInstancesResponse> = async (
  request,
  { hub },
) => {
  const asked = request.getQuery() ?? new pb.InstanceQuery();
  let top = asked.getMaxinstancecount() > 0 ? asked.getMaxinstancecount() : DEFAULT_PAGE;
  for (;;) {
    const page = await hub.taskHub.queryInstances(toQuery(asked, top));
    const states = page.instances.map((instance) => instanceToProto(instance, asked.getFetchinputsandoutputs()));
    const response = new pb.QueryInstancesResponse()
      .setOrchestrationstateList(states)
      .setContinuationtoken(wrapText(page.continuationToken));
    // Stores make their tokens for whole pages, so a page that is too large is asked for again, smaller.
    if (states.length <= 1 || response.serializeBinary().length <= MAX_BYTES) return response;
    top = Math.ceil(states.length / 2);
  }
};

function toQuery(asked: pb.InstanceQuery, top: number): InstanceQuery {
  const statuses = asked
    .getRuntimestatusList()
    .map(statusFromProto)
    .filter((each) => each !== undefined);
  return {
    kind: "orchestration",
    statuses: statuses.length === 0 ? undefined : statuses,
    createdFrom: timeOf(asked.getCreatedtimefrom()),
    createdTo: before(timeOf(asked.getCreatedtimeto())),
    instanceIdPrefix: nonEmpty(asked.getInstanceidprefix()),
    top,
    continuationToken: nonEmpty(asked.getContinuationtoken()),
  };
}

/** The protocol's upper bounds are exclusive, the engine's are not; both have whole milliseconds. */
export function before(time: number | undefined): number | undefined {
  return time === undefined ? undefined : time - 1;
}
