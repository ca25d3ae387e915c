import type { HostResponse } from "../../http/types";
import { explanationJson } from "../explanation-json";
import type { ManagementCall } from "../management-call";
import { emptyResponse, jsonResponse } from "../responses";
import { pageSize } from "./list-instances";

/** GET /instances/{instanceId}/explain: what an instance waits for, since when, and who has it. Our addition. */
export async function explainInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  const explanation = await call.taskHub.explain(instanceId);
  if (explanation === undefined) return emptyResponse(404);
  return jsonResponse(200, explanationJson(explanation, pageSize(call)));
}
