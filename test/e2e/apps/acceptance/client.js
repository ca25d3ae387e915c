"use strict";
const { app } = require("@azure/functions");
const df = require("durable-functions");

const extraInputs = [df.input.durableClient()];

/** Calls a method of the SDK's client; the body holds its arguments. Answers what it resolved to, or how it was rejected. */
app.http("client", {
  methods: ["POST"],
  route: "client/{method}",
  extraInputs,
  handler: async (request, context) => {
    const client = df.getClient(context);
    try {
      const value = await client[request.params.method](...(await request.json()));
      return { jsonBody: { resolved: value ?? null } };
    } catch (error) {
      return { jsonBody: { rejected: error.message } };
    }
  },
});

app.http("checkStatus", {
  methods: ["GET"],
  route: "check-status/{id}",
  extraInputs,
  handler: (request, context) => df.getClient(context).createCheckStatusResponse(request, request.params.id),
});

app.http("startAndWait", {
  methods: ["POST"],
  route: "start-and-wait/{name}",
  extraInputs,
  handler: async (request, context) => {
    const client = df.getClient(context);
    const id = await client.startNew(request.params.name, { input: await request.json() });
    const timing = { timeoutInMilliseconds: 500, retryIntervalInMilliseconds: 50 };
    return client.waitForCompletionOrCreateCheckStatusResponse(request, id, timing);
  },
});
