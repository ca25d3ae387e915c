const { app } = require("@azure/functions");
const df = require("durable-functions");

df.app.activity("classicGreet", { handler: (name) => `Hello ${name}` });

df.app.orchestration("classicChild", function* (context) {
  return `classic child of ${context.df.getInput()}`;
});

df.app.orchestration("classicChain", function* (context) {
  const results = [];
  results.push(yield context.df.callActivity("modernGreet", "Ada"));
  results.push(yield context.df.callSubOrchestrator("modernChild", "Ada"));
  results.push(yield context.df.callEntity(new df.EntityId("modernCounter", "classic"), "add", 5));
  try {
    yield context.df.callSubOrchestrator("modernFailing");
  } catch (error) {
    results.push(error.message);
  }
  return results;
});

df.app.orchestration("classicWaits", function* (context) {
  context.df.setCustomStatus("waiting");
  return `Hi you: ${yield context.df.waitForExternalEvent("go")}`;
});

df.app.entity("classicCounter", (context) => {
  const total = context.df.getState(() => 0) + context.df.getInput();
  context.df.setState(total);
  context.df.return(total);
});

app.http("classicStart", {
  route: "classicStart/{name}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    return client.createCheckStatusResponse(request, await client.startNew(request.params.name));
  },
});
