"use strict";
const { app } = require("@azure/functions");
const df = require("durable-functions");

for (const orchestrator of ["chain", "fanout", "long"]) {
  const name = `start${orchestrator[0].toUpperCase()}${orchestrator.slice(1)}`;
  app.http(name, {
    route: orchestrator,
    methods: ["POST"],
    authLevel: "anonymous",
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      const text = await request.text();
      const client = df.getClient(context);
      const instanceId = await client.startNew(orchestrator, { input: text === "" ? undefined : JSON.parse(text) });
      return client.createCheckStatusResponse(request, instanceId);
    },
  });
}
