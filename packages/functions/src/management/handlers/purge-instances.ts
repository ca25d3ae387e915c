import { RUNTIME_STATUSES } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import { badArgumentResponse } from "../error-response";
import { instanceFilter } from "../instance-filter";
import type { ManagementCall } from "../management-call";
import { emptyResponse, jsonResponse } from "../responses";

/** DELETE /instances/{instanceId} */
export async function purgeInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  return deletedResponse(await call.taskHub.purgeInstance(instanceId));
}

/** DELETE /instances: all that have ended, were created in a period, and meet the other filters of a list. */
export async function purgeInstances(call: ManagementCall): Promise<HostResponse> {
  const filter = instanceFilter(call.query);
  if (filter.createdFrom === undefined) {
    return jsonResponse(400, JSON.stringify("Please provide value for 'createdTimeFrom' parameter."));
  }
  const asked = call.query.list("runtimeStatus");
  const statuses = call.query.statuses("runtimeStatus");
  if (asked !== undefined && statuses?.length !== asked.length) {
    return badArgumentResponse(
      `'${asked.join(",")}' names an unknown runtime status. Nothing was deleted. Known: ${RUNTIME_STATUSES.join(", ")}.`,
    );
  }
  return deletedResponse(await call.taskHub.purgeInstances({ ...filter, statuses }));
}

function deletedResponse(count: number): HostResponse {
  return count === 0 ? emptyResponse(404) : jsonResponse(200, `{"instancesDeleted":${count}}`);
}
