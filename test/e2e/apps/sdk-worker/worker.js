"use strict";

// A worker process on the Durable Task SDK: node worker.js <address> <task hub> <folder for marks>
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { Metadata } = require("@grpc/grpc-js");
const { NoOpLogger, TaskEntity, TaskHubGrpcWorker, whenAll } = require("@microsoft/durabletask-js");

const [hostAddress, taskHub, marks] = process.argv.slice(2);

const worker = new TaskHubGrpcWorker({
  hostAddress,
  logger: new NoOpLogger(),
  metadataGenerator: async () => {
    const metadata = new Metadata();
    metadata.set("taskhub", taskHub);
    return metadata;
  },
});

worker.addNamedActivity("addOne", (_, value) => value + 1);

/** Takes very long in its first run. */
worker.addNamedActivity("hangsFirstTime", async (_, name) => {
  appendFileSync(join(marks, name), `${process.pid}\n`);
  const runs = require("node:fs").readFileSync(join(marks, name), "utf8").trim().split("\n").length;
  if (runs === 1) await sleep(600_000);
  return `done in run ${runs}`;
});

worker.addNamedOrchestrator("chain", async function* (context, start) {
  let value = start;
  for (let step = 0; step < 5; step++) value = yield context.callActivity("addOne", value);
  return value;
});

worker.addNamedOrchestrator("fanOut", async function* (context, count) {
  const tasks = Array.from({ length: count }, (_, index) => context.callActivity("addOne", index));
  const results = yield whenAll(tasks);
  return results.reduce((sum, each) => sum + each, 0);
});

/** Steps before and after an event and a timer, counted in an entity. */
worker.addNamedOrchestrator("longLife", async function* (context, key) {
  const first = yield context.callActivity("addOne", 1);
  const approved = yield context.waitForExternalEvent("go");
  yield context.createTimer(1);
  const last = yield context.callActivity("addOne", approved);
  context.entities.signalEntity({ name: "counter", key, toString: () => `@counter@${key}` }, "add", 1);
  return [first, last];
});

worker.addNamedOrchestrator("unfinished", async function* (context, name) {
  return yield context.callActivity("hangsFirstTime", name);
});

/** The activity is of a functions app on the same task hub. */
worker.addNamedOrchestrator("askTheApp", async function* (context, text) {
  return yield context.callActivity("shout", text);
});

class Counter extends TaskEntity {
  initializeState() {
    return { count: 0 };
  }
  add(amount) {
    this.state.count += amount;
    return this.state.count;
  }
}
worker.addNamedEntity("counter", () => new Counter());

worker.start().then(() => process.stdout.write("working\n"));
