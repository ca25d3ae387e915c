import { hasCode } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import type { ManagementCall } from "../management-call";
import { emptyResponse, textResponse } from "../responses";

/** POST /instances/{instanceId}/terminate. `recursive=true`, an addition of ours, ends running sub-orchestrations too. */
export async function terminateInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  await call.taskHub.terminate(instanceId, reason(call), { recursive: call.query.flag("recursive", false) });
  return emptyResponse(202);
}

/** POST /instances/{instanceId}/suspend */
export async function suspendInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  await call.taskHub.suspend(instanceId, reason(call));
  return emptyResponse(202);
}

/** POST /instances/{instanceId}/resume */
export async function resumeInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  await call.taskHub.resume(instanceId, reason(call));
  return emptyResponse(202);
}

/** POST /instances/{instanceId}/rewind. A refusal is plain text, because the SDK shows the body as its error message. */
export async function rewindInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  try {
    await call.taskHub.rewind(instanceId, reason(call));
  } catch (error) {
    if (!hasCode(error, "INSTANCE_NOT_FAILED")) throw error;
    return textResponse(412, error.message);
  }
  return emptyResponse(202);
}

function reason({ query }: ManagementCall): string | null {
  return query.text("reason") ?? null;
}
