"use strict";
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { HostFixture } = require("@durable-host/testkit");
const { round } = require("./client");

/** Starts the built product on the bench app; measures how long it takes to serve and what it weighs when idle. */
async function startServer({ workers, dataDir }) {
  const fixture = new HostFixture();
  const began = performance.now();
  const env = { FUNCTIONS_WORKER_PROCESS_COUNT: String(workers) };
  try {
    const host = await fixture.start({ scriptRoot: path.join(__dirname, "app"), env, ...(dataDir ? { dataDir } : {}) });
    const startMs = round(performance.now() - began);
    return { url: host.url, startMs, idleMb: residentMegabytes(host.pid), stop: () => stop(fixture, host) };
  } catch (error) {
    await fixture.dispose();
    throw error;
  }
}

async function stop(fixture, host) {
  try {
    const { code } = await host.stop();
    if (code !== 0) throw new Error(`The host ended with code ${code}; it printed:\n${host.output}`);
  } finally {
    await fixture.dispose();
  }
}

/** Resident memory of a process and its group: the host and its app workers. */
function residentMegabytes(group) {
  const rows = execFileSync("ps", ["-eo", "pgid=,rss="], { encoding: "utf8" }).trim().split("\n");
  const kilobytes = rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .filter(([pgid]) => pgid === group)
    .reduce((sum, [, rss]) => sum + rss, 0);
  return Math.round(kilobytes / 1024);
}

module.exports = { startServer };
