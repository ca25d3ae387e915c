import { isTerminal, type InstanceState } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import { historyJson } from "../history-json";
import type { ManagementCall } from "../management-call";
import { emptyResponse, jsonResponse } from "../responses";
import { statusJson, type StatusView } from "../status-json";

/** GET /instances/{instanceId} */
export async function getStatus(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  const state = await call.taskHub.getInstance(instanceId);
  if (state === undefined) return emptyResponse(404);
  const showInput = call.query.flag("showInput", true);
  if (!call.query.flag("showHistory", false) || state.runtimeStatus === "Pending") {
    return statusResponse(call, state, { showInput });
  }
  const events = await call.taskHub.readHistory(instanceId);
  const showOutput = call.query.flag("showHistoryOutput", false);
  return statusResponse(call, state, { showInput, historyJson: historyJson(events, { showInput, showOutput }) });
}

/** 202 while it may still change, 200 when it has ended; a failure is 500 only for those who ask for that. */
export function statusResponse(call: ManagementCall, state: InstanceState, view: StatusView): HostResponse {
  const body = statusJson(state, view);
  if (!isTerminal(state.runtimeStatus)) {
    return jsonResponse(202, body, [
      ["Location", call.request.url.href],
      ["Retry-After", "5"],
    ]);
  }
  const asError = state.runtimeStatus === "Failed" && call.query.flag("returnInternalServerErrorOnFailure", false);
  return jsonResponse(asError ? 500 : 200, body);
}
