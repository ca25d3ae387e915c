import type { InstanceState, StartOptions } from "@durable-host/engine";
import { hasCode, isTerminal } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import { badArgumentResponse, invalidJsonResponse, tooLargeResponse } from "../error-response";
import type { ManagementCall } from "../management-call";
import { linksJson, statusUrl } from "../management-urls";
import { isJson, readBody } from "../read-body";
import { emptyResponse, jsonResponse, startedResponse } from "../responses";
import { outputJson } from "../status-json";
import { statusResponse } from "./get-status";

/**
 * POST /orchestrators/{functionName}[/{instanceId}]. With `timeout` (seconds) it answers when the orchestration has
 * ended: woken by the completion, so `pollingInterval` is accepted and not needed. `tag=key:value`, any number of times,
 * is our addition.
 */
export async function startOrchestration(call: ManagementCall): Promise<HostResponse> {
  const [name = "", instanceId] = call.params;
  const timeout = call.query.number("timeout");
  const interval = call.query.number("pollingInterval");
  if (timeout !== undefined && interval !== undefined && interval > timeout) {
    return badArgumentResponse(`Total timeout ${timeout} (s) should be bigger than retry timeout ${interval} (s).`);
  }
  const body = await readBody(call.request, call.bodyLimit);
  if (body.type === "tooLarge") return tooLargeResponse(call.bodyLimit);
  const input = body.text === "" ? null : body.text;
  if (input !== null && !isJson(input)) return invalidJsonResponse("The input of an orchestration has to be JSON.");
  const options: StartOptions = {
    name,
    instanceId,
    input,
    version: call.query.text("version"),
    tags: call.query.tags("tag"),
    traceContext: call.traceContext,
  };
  if (timeout === undefined) return linksResponse(call, await call.taskHub.start(options));
  return endedResponse(call, await call.taskHub.startAndWait(options, timeout * 1000));
}

/** POST /instances/{instanceId}/restart: a start with the name and input of an instance that exists. */
export async function restartOrchestration(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  const timeout = call.query.number("timeout");
  const withNewId = call.query.flag("restartWithNewInstanceId", true);
  try {
    const restarted = await call.taskHub.restart(instanceId, withNewId);
    if (timeout === undefined) return linksResponse(call, restarted);
    return endedResponse(call, await call.taskHub.waitForCompletion(restarted, timeout * 1000));
  } catch (error) {
    if (!hasCode(error, "INSTANCE_NOT_FOUND")) throw error;
    return badArgumentResponse(error.message);
  }
}

function endedResponse(call: ManagementCall, state: InstanceState | undefined): HostResponse {
  if (state === undefined) return emptyResponse(404);
  if (state.runtimeStatus === "Completed") return jsonResponse(200, outputJson(state));
  if (!isTerminal(state.runtimeStatus)) return linksResponse(call, state.instanceId);
  return statusResponse(call, state, { showInput: true });
}

function linksResponse(call: ManagementCall, instanceId: string): HostResponse {
  return startedResponse(linksJson(call.urls, instanceId), statusUrl(call.urls, instanceId));
}
