"use strict";
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { HostFixture, freePort } = require("@durable-host/testkit");
const { round } = require("./client");

const DURABLE = "AzureFunctionsJobHost__extensions__durableTask";

/**
 * Starts the built product on the bench app; measures how long it takes to serve and what it weighs when idle.
 * With a connection string, as many replicas as asked for share that database; their URLs are a comma list then.
 */
async function startServer({ workers, dataDir, connectionString, replicas = 1 }) {
  const fixture = new HostFixture();
  const began = performance.now();
  const env = { FUNCTIONS_WORKER_PROCESS_COUNT: String(workers), ...storeSettings(connectionString) };
  const scriptRoot = path.join(__dirname, "app");
  try {
    const host = await fixture.start({ scriptRoot, env, ...(dataDir ? { dataDir } : {}) });
    const startMs = round(performance.now() - began);
    const idleMb = residentMegabytes(host.pid);
    const hosts = [host];
    while (hosts.length < replicas) {
      hosts.push(await fixture.start({ scriptRoot, env, port: await freePort(), dataDir: fixture.directory() }));
    }
    const url = hosts.map((each) => each.url).join(",");
    return { url, startMs, idleMb, stop: () => stop(fixture, hosts) };
  } catch (error) {
    await fixture.dispose();
    throw error;
  }
}

/** What makes a host keep its task hub in a database that has the schema. */
function storeSettings(connectionString) {
  if (connectionString === undefined) return {};
  return {
    SQLDB_Connection: connectionString,
    [`${DURABLE}__hubName`]: `bench${process.pid}`,
    [`${DURABLE}__storageProvider__type`]: "mssql",
    [`${DURABLE}__storageProvider__connectionStringName`]: "SQLDB_Connection",
  };
}

async function stop(fixture, hosts) {
  try {
    for (const host of hosts) {
      const { code } = await host.stop();
      if (code !== 0) throw new Error(`The host ended with code ${code}; it printed:\n${host.output}`);
    }
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
