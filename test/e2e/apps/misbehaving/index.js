"use strict";
const { app } = require("@azure/functions");
const df = require("durable-functions");

df.app.orchestration("yieldsNumber", function* () {
  yield 42;
});

df.app.orchestration("callsBigInt", function* (context) {
  return yield context.df.callActivity("returnsBigInt");
});

df.app.orchestration("callsMissing", function* (context) {
  return yield context.df.callActivity("thereIsNoSuchActivity");
});

df.app.orchestration("callsExit", function* (context) {
  return yield context.df.callActivity("exitsOnce", context.df.instanceId);
});

// oxlint-disable-next-line require-yield -- it throws before it could
df.app.orchestration("throwsText", function* () {
  throw "only a text";
});

df.app.orchestration("fine", function* (context) {
  return yield context.df.callActivity("echo", context.df.getInput());
});

df.app.activity("returnsBigInt", { handler: () => 12345678901234567890n });
df.app.activity("echo", { handler: (input) => input });

/** Takes its process down the first time it is called for an instance. */
df.app.activity("exitsOnce", {
  handler: (instanceId) => {
    const { existsSync, writeFileSync } = require("node:fs");
    const mark = `${process.env.MARKS_FOLDER}/${instanceId}`;
    if (existsSync(mark)) return "survived";
    writeFileSync(mark, "");
    process.exit(7);
  },
});

app.http("throws", {
  authLevel: "anonymous",
  handler: () => {
    throw new Error("handler is broken");
  },
});
