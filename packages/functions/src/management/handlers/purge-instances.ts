import { RUNTIME_STATUSES, type PurgeOptions, type PurgeResult } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import { badArgumentResponse } from "../error-response";
import { instanceFilter } from "../instance-filter";
import type { ManagementCall } from "../management-call";
import { emptyResponse, jsonResponse } from "../responses";

/** DELETE /instances/{instanceId}. With `recursive=true`, an addition of ours, also the sub-orchestrations that have ended. */
export async function purgeInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  const options = purgeOptions(call);
  return deletedResponse(await call.taskHub.purgeInstance(instanceId, options), options);
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
  const options = purgeOptions(call);
  return deletedResponse(await call.taskHub.purgeInstances({ ...filter, statuses }, options), options);
}

function purgeOptions({ query }: ManagementCall): PurgeOptions {
  return { recursive: query.flag("recursive", false) };
}

/** A recursive purge also names the running sub-orchestrations that it has left. */
function deletedResponse({ deleted, running }: PurgeResult, { recursive }: PurgeOptions): HostResponse {
  if (deleted === 0) return emptyResponse(404);
  const left = recursive ? { instancesLeftRunning: running } : {};
  return jsonResponse(200, JSON.stringify({ instancesDeleted: deleted, ...left }));
}
