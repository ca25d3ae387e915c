// A test without a test runner, as an ES module: prints what an orchestration came to, and ends by itself.
import { createTestHub } from "durable-host/testing";
import * as df from "durable-functions";

df.app.activity("greet", { handler: (name) => `Hello ${name}` });
df.app.orchestration("later", function* ({ df: context }) {
  yield context.createTimer(new Date(context.currentUtcDateTime.getTime() + 30 * 24 * 60 * 60 * 1000));
  return yield context.callActivity("greet", context.getInput());
});

const hub = await createTestHub({ startTime: new Date("2030-01-01T00:00:00Z") });
const { output, completedAt } = await hub.run("later", "Ada");
console.log(JSON.stringify({ output, completedAt }));
await hub.dispose();

// What a careless test leaves behind: a hub with a port open, and one that is asked for something after its end.
const careless = await createTestHub();
await careless.fetch("/api/orders");
await hub.fetch("/api/orders").catch(() => undefined);
