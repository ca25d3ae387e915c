"use strict";
const { execFileSync } = require("node:child_process");
const { parseArgs } = require("node:util");
const { bare } = require("./bare");
const { startServer } = require("./server");
const { difference, roundTrips } = require("./round-trips");
const { plan } = require("./workloads");

const USAGE = `npm run bench -- [options]
  --workload a,b   only these: startup, chain, single, fanout, long, start, bare
  --quick          small numbers: does it work, not how fast is it
  --url URL        use a server that runs already, with bench/app
  --workers N      app worker processes (default 1)
  --data-dir DIR   where the store is kept (default: a temporary directory)
  --store mssql    keep the task hub in the database that MSSQL_CONNECTION_STRING names; it must have the schema
  --replicas N     hosts that share that database (default 1)`;

function options() {
  const { values } = parseArgs({
    options: {
      workload: { type: "string" },
      quick: { type: "boolean", default: false },
      url: { type: "string" },
      workers: { type: "string", default: "1" },
      "data-dir": { type: "string" },
      store: { type: "string", default: "sqlite" },
      replicas: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  const connectionString = values.store === "mssql" ? process.env.MSSQL_CONNECTION_STRING : undefined;
  if (values.store === "mssql" && !connectionString) throw new Error("--store mssql needs MSSQL_CONNECTION_STRING.");
  const replicas = Number(values.replicas);
  if (!Number.isInteger(replicas) || replicas < 1) throw new Error("--replicas must be a positive integer.");
  if (replicas > 1 && !connectionString) throw new Error("--replicas needs --store mssql: one process owns a file.");
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1) throw new Error("--workers must be a positive integer.");
  const known = ["startup", ...Object.keys(plan(values.quick)), "bare"];
  const wanted = values.workload?.split(",") ?? known;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no workload ${unknown.join(", ")}.`);
  return { ...values, workers, wanted, connectionString, replicas };
}

function commit() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: __dirname, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

async function main() {
  const chosen = options();
  if (chosen.help) return console.log(USAGE);
  const about = {
    node: process.version,
    store: chosen.store,
    // How the embedded store flushes under `durable-host start`: there is no other mode to choose there.
    ...(chosen.connectionString ? { replicas: chosen.replicas } : { flush: "group" }),
    workers: chosen.workers,
    commit: commit(),
    quick: chosen.quick,
  };
  const report = (workload, figures) => console.log(JSON.stringify({ workload, ...figures, ...about }));

  const overHttp = chosen.wanted.filter((name) => name !== "bare" && !(name === "startup" && chosen.url));
  if (overHttp.length > 0) {
    const server = chosen.url
      ? { url: chosen.url, stop: async () => undefined }
      : await startServer({ ...chosen, dataDir: chosen["data-dir"] });
    try {
      if (overHttp.includes("startup")) report("startup", { startMs: server.startMs, idleMb: server.idleMb });
      for (const [name, runs] of Object.entries(plan(chosen.quick))) {
        if (!overHttp.includes(name)) continue;
        for (const { run, options: sizes } of runs) {
          const before = chosen.connectionString && (await roundTrips(server.url));
          const figures = await run(server.url, sizes);
          const after = before && (await roundTrips(server.url));
          report(name, after ? { ...figures, roundTrips: difference(after, before) } : figures);
        }
      }
    } finally {
      await server.stop();
    }
  }
  if (chosen.wanted.includes("bare")) report("bare", await bare({ count: chosen.quick ? 500 : 3000 }));
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
