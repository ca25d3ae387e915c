"use strict";

/**
 * What a commit costs in the embedded store, without engine and worker processes: chains of orchestration commits (3 events,
 * 1 consumed message, 1 activity) and activity commits, a fixed number in flight. Prints one JSON line.
 *
 *   node bench/sqlite-commits.js [--in-flight 32] [--pairs 30000] [--flush group|each] [--dir DIRECTORY]
 */
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { parseArgs } = require("node:util");
const { createSqliteProvider } = require("../packages/sqlite");

/** Steps of one chain before it ends and a new instance takes its place. */
const STEPS = 3;

const logger = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, child: () => logger };
const clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

async function main() {
  const { values } = parseArgs({
    options: {
      "in-flight": { type: "string", default: "32" },
      pairs: { type: "string", default: "30000" },
      flush: { type: "string", default: "group" },
      dir: { type: "string", default: tmpdir() },
    },
  });
  const inFlight = Number(values["in-flight"]);
  const pairs = Number(values.pairs);
  const dataDir = mkdtempSync(join(values.dir, "sqlite-commits-"));
  const provider = createSqliteProvider({ dataDir, clock, logger, flush: values.flush });
  await provider.start();
  try {
    await run(provider, inFlight, Math.min(3_000, pairs));
    const before = provider.counters;
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    const latencies = await run(provider, inFlight, pairs);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const { user, system } = process.cpuUsage(cpu);
    const flushes = provider.counters.flushes - before.flushes;
    const commits = provider.counters.operations - before.operations;
    latencies.sort((a, b) => a - b);
    console.log(
      JSON.stringify({
        bench: "sqlite-commits",
        node: process.version,
        flush: provider.flush,
        inFlight,
        commits,
        commitsPerSecond: Math.round(commits / seconds),
        cpuMicrosecondsPerCommit: Number(((user + system) / commits).toFixed(1)),
        commitsPerFlush: Number((commits / flushes).toFixed(1)),
        commitMs: { p50: at(latencies, 0.5), p99: at(latencies, 0.99), max: at(latencies, 1) },
        heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
      }),
    );
  } finally {
    await provider.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Keeps `inFlight` chains going until `pairs` activity commits are done; returns how long each commit took. */
async function run(provider, inFlight, pairs) {
  const chains = new Chains(provider, pairs);
  await Promise.all(Array.from({ length: inFlight }, () => chains.start()));
  await chains.finished;
  return chains.latencies;
}

/** A dispatcher without an executor: commits what every work item would come to. */
class Chains {
  latencies = [];
  #working = 0;
  #instances = 0;

  constructor(provider, pairs) {
    this.provider = provider;
    this.left = pairs;
    this.prefix = `${process.pid}-${Date.now().toString(36)}`;
    this.finished = new Promise((resolve, reject) => {
      const end = provider.onWork((kind) => this.#dispatch(kind).catch(reject));
      this.finish = () => resolve(end());
      this.fail = reject;
    });
  }

  start() {
    const instanceId = `${this.prefix}-${this.#instances++}`;
    const instance = { instanceId, executionId: instanceId };
    const fields = { timestamp: clock.now(), name: "chain", version: "", input: '"Tokyo"' };
    return this.provider.createInstance({ type: "ExecutionStarted", ...fields, instance }, new Set());
  }

  async #dispatch(kind) {
    const items =
      kind === "activity"
        ? await this.provider.lockActivities(1_000)
        : await this.provider.lockOrchestrations(kind, 1_000);
    for (const item of items) {
      this.#working++;
      const work = kind === "activity" ? this.#act(item) : this.#orchestrate(item);
      work.then(() => this.#done(), this.fail);
    }
  }

  #done() {
    this.#working--;
    if (this.left <= 0) setImmediate(() => this.#working === 0 && this.finish());
  }

  async #orchestrate(item) {
    const ends = item.historyLength >= STEPS * 3;
    await this.#timed(this.provider.commitOrchestration(item, episode(item, ends)));
    if (ends && this.left > 0) await this.start();
  }

  async #act(item) {
    this.left--;
    const { taskId } = item.task;
    const event = { type: "TaskCompleted", timestamp: clock.now(), taskScheduledId: taskId, result: '"Hello Tokyo!"' };
    await this.#timed(this.provider.commitActivity(item, event));
  }

  async #timed(commit) {
    const start = performance.now();
    await commit;
    this.latencies.push(performance.now() - start);
  }
}

/** An episode that schedules one more activity, or ends the chain. */
function episode({ instance, messages }, ended) {
  const timestamp = clock.now();
  const taskId = messages.length;
  const scheduled = { type: "TaskScheduled", timestamp, eventId: taskId, name: "hello", input: null };
  const events = [{ type: "OrchestratorStarted", timestamp }, messages[0].event, scheduled];
  const { instanceId, executionId } = instance;
  const status = ended
    ? { runtimeStatus: "Completed", output: '"Hello Tokyo!"', completedAt: timestamp }
    : { runtimeStatus: "Running" };
  return {
    instance: { ...instance, ...status, lastUpdatedAt: timestamp },
    history: { type: "append", events },
    consumedMessages: messages.map(({ sequenceNumber }) => sequenceNumber),
    activities: ended ? [] : [{ instanceId, executionId, taskId, name: "hello", input: '"Tokyo"' }],
    messages: [],
    timers: [],
    canceledTimers: ended ? "all" : [],
  };
}

function at(sorted, quantile) {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? 0).toFixed(2));
}
