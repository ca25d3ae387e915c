import { exportInstances } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import type { ManagementCall } from "../management-call";
import { jsonResponse } from "../responses";

/**
 * GET /instances/{instanceId}/export: state and history as the store has them, for a replay elsewhere. `showHistory` is no
 * substitute: it answers in upstream's shape, which leaves out what a replay needs. `recursive=true` adds sub-orchestrations.
 */
export async function exportInstance({ params, query, taskHub }: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = params;
  const recursive = query.flag("recursive", false);
  return jsonResponse(
    200,
    JSON.stringify(await exportInstances(taskHub, [instanceId], { recursive, exportedAt: Date.now() })),
  );
}
