"use strict";
const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { parseArgs } = require("node:util");
const { HostFixture } = require("@durable-host/testkit");
const { Client, round } = require("./client");

const USAGE = `node bench/large-history.js [options]   (after npm run build)
  --events N       events in the history (default 100000)
  --shape a,b      sequential: one activity after another; atOnce: all of them together (default: both)`;

const DURABLE = "/runtime/webhooks/durabletask";

/** Resident megabytes of the host and of its app workers, now and at their highest. */
function memory(host) {
  const rows = execFileSync("ps", ["-eo", "pid=,pgid=,rss="], { encoding: "utf8" }).trim().split("\n");
  const group = rows.map((row) => row.trim().split(/\s+/).map(Number)).filter(([, pgid]) => pgid === host.pid);
  const sum = (processes) => Math.round(processes.reduce((total, kilobytes) => total + kilobytes, 0) / 1024);
  const workers = group.filter(([pid]) => pid !== host.pid);
  return {
    hostMb: sum(group.filter(([pid]) => pid === host.pid).map(([, , rss]) => rss)),
    hostPeakMb: sum([peak(host.pid)]),
    workersMb: sum(workers.map(([, , rss]) => rss)),
    workersPeakMb: sum(workers.map(([pid]) => peak(pid))),
  };
}

/** Kilobytes; 0 where the system does not say. */
function peak(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** One instance with a large history, from its first step to its deletion; a line of figures for each thing done to it. */
class LargeHistory {
  #fixture = new HostFixture();
  #client;
  #host;
  #about;
  #instance = `${DURABLE}/instances/large`;

  constructor(about) {
    this.#about = about;
  }

  async measure(steps, atOnce) {
    try {
      await this.#startHost("started");
      await this.#timed("built", async () => {
        await this.#request("POST", `${DURABLE}/orchestrators/history/large`, { steps, atOnce }, 202);
        await this.#status("waiting for event 1");
      });
      await this.#timed("continuedResident", () => this.#next(1));
      await this.#timed("killed", () => this.#host.kill());
      await this.#startHost("restarted");
      await this.#timed("continuedCold", () => this.#next(2));
      await this.#timed("continuedAgain", () => this.#next(3));
      await this.#read();
      await this.#timed("ended", async () => {
        await this.#request("POST", `${this.#instance}/raiseEvent/go`, "end", 202);
        await this.#ended(steps + 3);
      });
      await this.#timed("purged", () => this.#request("DELETE", this.#instance, undefined, 200));
      await this.#request("GET", this.#instance, undefined, 404);
      await this.#timed("stopped", async () => void (await this.#host.stop()), false);
    } finally {
      this.#client?.close();
      await this.#fixture.dispose();
    }
  }

  async #startHost(measure) {
    this.#client?.close();
    const began = performance.now();
    this.#host = await this.#fixture.start({ scriptRoot: path.join(__dirname, "app") });
    this.#report(measure, { ms: round(performance.now() - began), ...memory(this.#host) });
    this.#client = new Client(this.#host.url, 4);
  }

  /** What clients ask for: status, list, and the history itself. */
  async #read() {
    await this.#timed("status", () => this.#request("GET", this.#instance, undefined, 202));
    await this.#timed("list", () => this.#request("GET", `${DURABLE}/instances?top=10`, undefined, 200));
    await this.#timed("history", async () => {
      const { historyEvents } = JSON.parse(
        await this.#request("GET", `${this.#instance}?showHistory=true`, undefined, 202),
      );
      return { rows: historyEvents.length };
    });
    await this.#timed("historyWithOutputs", async () => {
      const query = "showHistory=true&showHistoryOutput=true";
      return { bytes: (await this.#request("GET", `${this.#instance}?${query}`, undefined, 202)).length };
    });
  }

  /** Sends the event the instance waits for; resolves when it waits for the next. */
  async #next(event) {
    await this.#request("POST", `${this.#instance}/raiseEvent/go`, "on", 202);
    await this.#status(`waiting for event ${event + 1}`);
  }

  async #status(expected) {
    await this.#until((status) => status.customStatus === expected);
  }

  async #ended(output) {
    await this.#until((status) => status.runtimeStatus === "Completed" && status.output === output);
  }

  async #until(reached) {
    const deadline = Date.now() + 900_000;
    for (let pause = 2; ; pause = Math.min(pause * 1.5, 250)) {
      const { status: code, text } = await this.#client.request("GET", this.#instance);
      const status = JSON.parse(text);
      if (reached(status)) return;
      if (code > 202 || status.runtimeStatus === "Failed" || Date.now() > deadline)
        throw new Error(text.slice(0, 1000));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #request(method, url, body, expected) {
    const { status, text } = await this.#client.request(method, url, body);
    if (status !== expected) throw new Error(`${method} ${url} answered ${status}: ${text.slice(0, 1000)}`);
    return text;
  }

  async #timed(measure, work, hasHost = true) {
    const began = performance.now();
    const figures = await work();
    const ms = round(performance.now() - began);
    this.#report(measure, {
      ms,
      ...(typeof figures === "object" ? figures : {}),
      ...(hasHost ? memory(this.#host) : {}),
    });
  }

  #report(measure, figures) {
    console.log(JSON.stringify({ workload: "large-history", measure, ...figures, ...this.#about }));
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "100000" },
      shape: { type: "string", default: "sequential,atOnce" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const events = Number(values.events);
  if (!Number.isInteger(events) || events < 1000) throw new Error("--events must be a whole number from 1000.");
  for (const shape of values.shape.split(",")) {
    if (shape !== "sequential" && shape !== "atOnce") throw new Error(`There is no shape ${shape}.`);
    const atOnce = shape === "atOnce";
    const steps = Math.ceil(events / (atOnce ? 2 : 4));
    const about = { shape, steps, node: process.version, store: "sqlite" };
    await new LargeHistory(about).measure(steps, atOnce);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
