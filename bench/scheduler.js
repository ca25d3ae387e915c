"use strict";
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { parseArgs } = require("node:util");
const { freePort } = require("@durable-host/testkit");
const { NoOpLogger, TaskHubGrpcClient, TaskHubGrpcWorker, whenAll } = require("@microsoft/durabletask-js");
const { round } = require("./client");

const CLI = path.join(__dirname, "../packages/cli/bin/durable-host.js");
const CITIES = ["Tokyo", "Seattle", "London", "Cairo", "Lima"];

/**
 * What the scheduler can do with one worker on the JavaScript SDK in this process: `node bench/scheduler.js`. A line
 * of JSON for each workload. Actions are counted as the Azure service does: what is handed to a worker for a reason
 * of its own, that is the start, each activity and each of their results.
 */
function plan(quick) {
  return [
    {
      workload: "scheduler-chain",
      orchestrator: "chain",
      width: CITIES.length,
      count: quick ? 20 : 1000,
      inFlight: 64,
    },
    { workload: "scheduler-fanout", orchestrator: "fanOut", width: quick ? 50 : 5000, count: 1, inFlight: 1 },
  ];
}

function newWorker(hostAddress) {
  const worker = new TaskHubGrpcWorker({ hostAddress, logger: new NoOpLogger() });
  worker.addNamedActivity("sayHello", (_, city) => `Hello ${city}!`);
  worker.addNamedOrchestrator("chain", async function* (context) {
    const greetings = [];
    for (const city of CITIES) greetings.push(yield context.callActivity("sayHello", city));
    return greetings.length;
  });
  worker.addNamedOrchestrator("fanOut", async function* (context, width) {
    const tasks = Array.from({ length: width }, (_, index) => context.callActivity("sayHello", index));
    return (yield whenAll(tasks)).length;
  });
  return worker;
}

/** Resolves once the scheduler has said where it is to be found. */
async function startScheduler(dataDir) {
  const [port, statusPort] = [await freePort(), await freePort()];
  const ports = ["--port", String(port), "--status-port", String(statusPort)];
  const args = [CLI, "scheduler", ...ports, "--data-dir", dataDir];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  await new Promise((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (output.includes("Endpoint=")) resolve();
    });
    void ended.then(() => reject(new Error(`The scheduler has ended:\n${output}`)));
  });
  return {
    address: `localhost:${port}`,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function runOne(client, { orchestrator, width }) {
  const id = await client.scheduleNewOrchestration(orchestrator, width);
  const state = await client.waitForOrchestrationCompletion(id, true, 600);
  if (state?.serializedOutput !== String(width)) throw new Error(`Not completed: ${JSON.stringify(state)}`);
}

async function measure(client, workload) {
  let left = workload.count;
  const began = performance.now();
  const lane = async () => {
    while (left-- > 0) await runOne(client, workload);
  };
  await Promise.all(Array.from({ length: workload.inFlight }, lane));
  const seconds = (performance.now() - began) / 1000;
  const { workload: name, width, count, inFlight } = workload;
  return {
    workload: name,
    activities: width,
    count,
    inFlight,
    perSecond: round(count / seconds),
    actionsPerSecond: round((count * (1 + 2 * width)) / seconds),
  };
}

async function main() {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const dataDir = mkdtempSync(path.join(tmpdir(), "durable-scheduler-"));
  const scheduler = await startScheduler(dataDir);
  const worker = newWorker(scheduler.address);
  const client = new TaskHubGrpcClient({ hostAddress: scheduler.address, logger: new NoOpLogger() });
  try {
    await worker.start();
    for (const workload of plan(values.quick)) {
      await runOne(client, { ...workload, width: CITIES.length });
      const figures = await measure(client, workload);
      console.log(JSON.stringify({ ...figures, node: process.version, quick: values.quick }));
    }
    await worker.stop();
  } finally {
    await client.stop();
    await scheduler.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
