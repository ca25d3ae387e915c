const { app } = require("@azure/functions");
const { EntityInstanceId } = require("@microsoft/durabletask-js");

const df = require(process.env.DURABLE_FUNCTIONS_V4 || "./library/durable-grpc");

df.app.activity("modernGreet", (name) => `Hi ${name}`);
df.app.activity("modernFails", () => {
  throw new RangeError("too far");
});

df.app.orchestration("modernChild", async function* (context, input) {
  return `modern child of ${input}`;
});

df.app.orchestration("modernChain", async function* (context) {
  const results = [];
  results.push(yield context.callActivity("classicGreet", "Ada"));
  results.push(yield context.callActivity("modernGreet", "Ada"));
  results.push(yield context.callSubOrchestrator("classicChild", "Ada"));
  results.push(yield context.callSubOrchestrator("modernChild", "Ada"));
  results.push(yield context.entities.callEntity(new EntityInstanceId("classicCounter", "k"), "add", 1));
  results.push(yield context.entities.callEntity(new EntityInstanceId("modernCounter", "k"), "add", 2));
  return results;
});

df.app.orchestration("modernWaits", async function* (context) {
  const before = yield context.callActivity("modernGreet", "you");
  context.setCustomStatus("waiting");
  return `${before}: ${yield context.waitForExternalEvent("go")}`;
});

df.app.orchestration("modernFailing", async function* (context) {
  return yield context.callActivity("modernFails", null);
});

df.app.entity("modernCounter", () => ({
  run(operation) {
    const total = (operation.state.getState() ?? 0) + operation.getInput();
    operation.state.setState(total);
    return total;
  },
}));

if (process.env.DURABLE_FUNCTIONS_V4) {
  df.app.orchestration("modernHttp", function* (context) {
    const { statusCode, content } = yield context.df.callHttp({ method: "GET", url: context.df.getInput() });
    return { statusCode, content };
  });
}

app.http("modernStart", {
  route: "modernStart/{name}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    return client.createCheckStatusResponse(request, await client.scheduleNewOrchestration(request.params.name));
  },
});

app.http("modernClient", {
  route: "modernClient/{method}",
  methods: ["POST"],
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    try {
      const resolved = await df.getClient(context)[request.params.method](...(await request.json()));
      return { jsonBody: { resolved: resolved ?? null } };
    } catch ({ message, code }) {
      return { jsonBody: { rejected: message, ...(code !== undefined && { code }) } };
    }
  },
});

app.http("modernEntity", {
  route: "modernEntity/{name}/{key}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { name, key } = request.params;
    const entity = await df.getClient(context).getEntity(new EntityInstanceId(name, key));
    return { jsonBody: entity ? { state: entity.state } : {} };
  },
});
