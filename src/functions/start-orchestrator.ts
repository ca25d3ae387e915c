import { app } from "@azure/functions";
import type { HttpRequest, HttpResponse, HttpResponseInit, InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { badRequest, readJson } from "../http/read-json";

/** Starts any orchestrator of the app by name; the JSON body is its input. */
export async function startOrchestrator(
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponse | HttpResponseInit> {
  const body = await readJson(request);
  if (!body.ok) return body.response;
  const functionName = request.params["functionName"] ?? "";
  const client = df.getClient(context);
  try {
    const instanceId = await client.startNew(functionName, { input: body.value });
    context.log(`Started ${functionName} with id ${instanceId}.`);
    return client.createCheckStatusResponse(request, instanceId);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return badRequest(`Cannot start ${functionName}: ${reason}`);
  }
}

app.http("startOrchestrator", {
  route: "orchestrators/{functionName}",
  methods: ["POST"],
  authLevel: "anonymous",
  extraInputs: [df.input.durableClient()],
  handler: startOrchestrator,
});
