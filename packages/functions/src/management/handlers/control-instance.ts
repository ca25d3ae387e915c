import type { HostResponse } from "../../http/types";
import type { ManagementCall } from "../management-call";
import { emptyResponse, textResponse } from "../responses";

/** POST /instances/{instanceId}/terminate */
export async function terminateInstance(call: ManagementCall): Promise<HostResponse> {
  const [instanceId = ""] = call.params;
  await call.taskHub.terminate(instanceId, reason(call));
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

/** POST /instances/{instanceId}/rewind and /restart. Plain text, because the SDK shows the body as its error message. */
export function notSupported(operation: string): () => Promise<HostResponse> {
  const answer = textResponse(501, `The storage provider of this host does not support ${operation} yet.`);
  return () => Promise.resolve(answer);
}

function reason({ query }: ManagementCall): string | null {
  return query.text("reason") ?? null;
}
