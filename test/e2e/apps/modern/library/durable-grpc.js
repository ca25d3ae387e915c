const { app, input, trigger } = require("@azure/functions");
const { Metadata } = require("@grpc/grpc-js");
const { TaskHubGrpcClient, TaskHubGrpcWorker } = require("@microsoft/durabletask-js");

/**
 * As much of `durable-functions` v4 as the app needs, for where that is not installed: it speaks to the host in the same way,
 * and leaves the rest to the same SDK.
 */
const worker = new TaskHubGrpcWorker({});
const grpc = (type) => ({ type, durableRequiresGrpc: true });
const handing = (method) => async (payload) =>
  Buffer.from(await worker[method](Buffer.from(payload, "base64"))).toString("base64");
const generic = (name, type, handler) => app.generic(name, { trigger: trigger.generic(grpc(type)), handler });

exports.app = {
  orchestration(name, handler) {
    worker.addNamedOrchestrator(name, handler);
    generic(name, "orchestrationTrigger", handing("processOrchestratorRequest"));
  },
  entity(name, handler) {
    worker.addNamedEntity(name, handler);
    generic(name, "entityTrigger", handing("processEntityBatchRequest"));
  },
  activity(name, handler) {
    generic(name, "activityTrigger", handler);
  },
};

exports.input = { durableClient: () => input.generic(grpc("durableClient")) };

const clients = new Map();

exports.getClient = (context) => {
  const binding = context.options.extraInputs.find(({ durableRequiresGrpc }) => durableRequiresGrpc);
  const { taskHubName, rpcBaseUrl, requiredQueryStringParameters: query } = context.extraInputs.get(binding);
  if (!clients.has(rpcBaseUrl)) clients.set(rpcBaseUrl, new Client(taskHubName, rpcBaseUrl));
  return Object.assign(clients.get(rpcBaseUrl), { query });
};

class Client extends TaskHubGrpcClient {
  constructor(taskHubName, rpcBaseUrl) {
    const metadata = new Metadata();
    metadata.set("taskhub", taskHubName);
    metadata.set("x-user-agent", "durable-functions/4.0.0");
    super({ hostAddress: new URL(rpcBaseUrl).host, useTLS: false, metadataGenerator: async () => metadata });
  }

  createCheckStatusResponse(request, id) {
    const instance = `${new URL(request.url).origin}/runtime/webhooks/durabletask/instances/${encodeURIComponent(id)}`;
    const url = (path) => `${instance}${path}${this.query && `${path.includes("?") ? "&" : "?"}${this.query}`}`;
    const jsonBody = {
      id,
      statusQueryGetUri: url(""),
      purgeHistoryDeleteUri: url(""),
      sendEventPostUri: url("/raiseEvent/{eventName}"),
      terminatePostUri: url("/terminate?reason={text}"),
      suspendPostUri: url("/suspend?reason={text}"),
      resumePostUri: url("/resume?reason={text}"),
      rewindPostUri: url("/rewind?reason={text}"),
      restartPostUri: url("/restart"),
    };
    return { status: 202, headers: { Location: jsonBody.statusQueryGetUri }, jsonBody };
  }
}
