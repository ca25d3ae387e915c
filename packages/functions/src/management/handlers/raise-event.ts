import type { HostResponse } from "../../http/types";
import { badArgumentResponse, invalidJsonResponse, tooLargeResponse } from "../error-response";
import type { ManagementCall } from "../management-call";
import { isJson, readBody, saysJson } from "../read-body";
import { emptyResponse } from "../responses";

/** POST /instances/{instanceId}/raiseEvent/{eventName} */
export async function raiseEvent(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = "", eventName = ""] = call.params;
  if (!saysJson(call.request.headers["content-type"])) {
    return badArgumentResponse("Only application/json request content is supported: set the Content-Type header.");
  }
  const body = await readBody(call.request, call.bodyLimit);
  if (body.type === "tooLarge") return tooLargeResponse(call.bodyLimit);
  if (!isJson(body.text)) return invalidJsonResponse("The body of an event has to be JSON; send null for no value.");
  await call.taskHub.raiseEvent(instanceId, eventName, body.text, call.traceContext);
  return emptyResponse(202);
}
