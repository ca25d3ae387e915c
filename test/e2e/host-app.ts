/** An app with functions of each authorization level, a disabled one, and one that no request reaches. */
export const GUARDED_APP = `
  const { app } = require("@azure/functions");
  const df = require("durable-functions");
  const answer = (request) => ({ body: request.query.get("name") ?? "nobody" });
  for (const authLevel of ["anonymous", "function", "admin"]) app.http("level-" + authLevel, { authLevel, handler: answer });
  app.http("other", { authLevel: "function", handler: answer });
  app.http("off", { handler: (request, context) => { context.log("off has run"); } });
  app.http("echo", { methods: ["POST"], handler: async (request) => ({ body: Buffer.from(await request.arrayBuffer()) }) });
  app.http("slow", { handler: () => new Promise((resolve) => setTimeout(() => resolve({ body: "done" }), 1500)) });
  app.http("stream", {
    handler: () => ({
      body: (async function* () {
        yield "one ";
        await new Promise((resolve) => setTimeout(resolve, 700));
        yield "two";
      })(),
    }),
  });
  app.timer("tick", {
    schedule: "0 0 0 1 1 *",
    handler: (timer, context) => context.log("tick has run, past due: " + timer.isPastDue),
  });
  df.app.orchestration("hello", function* () { return "hello"; });
  df.app.orchestration("waits", function* (context) { yield context.df.waitForExternalEvent("go"); });`;
