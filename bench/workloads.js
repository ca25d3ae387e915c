"use strict";
const { Client, measure, percentile, round } = require("./client");

const DURABLE = "/runtime/webhooks/durabletask";

/** One orchestration from request to result: the answer of a start that waits is the output. */
async function run(client, name, input, expected, timeoutSeconds = 60) {
  const answer = await client.request("POST", `${DURABLE}/orchestrators/${name}?timeout=${timeoutSeconds}`, input);
  if (answer.status !== 200 || answer.text !== JSON.stringify(expected)) {
    throw new Error(`${name} was to answer ${JSON.stringify(expected)}, but: ${answer.status} ${answer.text}`);
  }
}

async function withClient(url, connections, work) {
  const client = new Client(url, connections);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** Orchestrations of three activities each, many at a time. */
function chain(url, { count, inFlight }) {
  return withClient(url, inFlight, async (client) => {
    await measure(Math.min(count, 500), inFlight, () => run(client, "chain", undefined, 3));
    const { latencies, totalMs, clientShare } = await measure(count, inFlight, () =>
      run(client, "chain", undefined, 3),
    );
    return {
      count,
      inFlight,
      perSecond: round((count / totalMs) * 1000),
      p50Ms: round(percentile(latencies, 0.5)),
      p99Ms: round(percentile(latencies, 0.99)),
      clientShare,
    };
  });
}

/** Orchestrations of three activities each, one at a time: what a single caller waits. */
function single(url, { count }) {
  return withClient(url, 1, async (client) => {
    await measure(100, 1, () => run(client, "chain", undefined, 3));
    const { latencies } = await measure(count, 1, () => run(client, "chain", undefined, 3));
    return { count, p50Ms: round(percentile(latencies, 0.5)), p99Ms: round(percentile(latencies, 0.99)) };
  });
}

/** One orchestration with many activities at once. */
function fanout(url, { activities, count }) {
  return withClient(url, 1, async (client) => {
    await run(client, "fanout", activities, activities);
    const { latencies } = await measure(count, 1, () => run(client, "fanout", activities, activities));
    return { activities, count, seconds: round(percentile(latencies, 0.5) / 1000) };
  });
}

/** One orchestration with many activities one after another: the time per step must not grow with their number. */
function long(url, { steps }) {
  return withClient(url, 1, async (client) => {
    await run(client, "long", 200, 200);
    const { totalMs } = await measure(1, 1, () => run(client, "long", steps, steps, 600));
    return { steps, msPerStep: round(totalMs / steps) };
  });
}

/** Requests to an HTTP trigger that starts an orchestration and answers 202; every start must complete afterwards. */
function start(url, { count, inFlight }) {
  return withClient(url, inFlight, async (client) => {
    const ids = [];
    const begin = async () => {
      const answer = await client.request("POST", "/api/chain");
      if (answer.status !== 202) throw new Error(`The starter answered ${answer.status} ${answer.text}`);
      ids.push(JSON.parse(answer.text).id);
    };
    await measure(Math.min(count, 200), inFlight, begin);
    await allComplete(client, ids, inFlight);
    const { latencies, totalMs, clientShare } = await measure(count, inFlight, begin);
    await allComplete(client, ids, inFlight);
    return {
      count,
      inFlight,
      perSecond: round((count / totalMs) * 1000),
      p50Ms: round(percentile(latencies, 0.5)),
      p99Ms: round(percentile(latencies, 0.99)),
      clientShare,
    };
  });
}

/** Waits until every started instance has completed with the right output. */
async function allComplete(client, ids, inFlight) {
  const deadline = Date.now() + 120_000;
  await measure(ids.length, inFlight, async (index) => {
    for (;;) {
      const answer = await client.request("GET", `${DURABLE}/instances/${ids[index]}`);
      const status = JSON.parse(answer.text);
      if (status.runtimeStatus === "Completed" && status.output === 3) return;
      if (answer.status !== 202 || Date.now() > deadline) throw new Error(`Not completed: ${answer.text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  ids.length = 0;
}

/** Every run of the benchmark, by the name that `--workload` selects. */
function plan(quick) {
  const chains = quick ? 500 : 3000;
  return {
    chain: [
      { run: chain, options: { count: chains, inFlight: 32 } },
      { run: chain, options: { count: chains, inFlight: 128 } },
    ],
    single: [{ run: single, options: { count: quick ? 100 : 500 } }],
    fanout: [{ run: fanout, options: { activities: 1000, count: quick ? 1 : 5 } }],
    long: (quick ? [1000] : [1000, 5000, 10_000]).map((steps) => ({ run: long, options: { steps } })),
    start: [{ run: start, options: { count: quick ? 500 : 3000, inFlight: 32 } }],
  };
}

module.exports = { plan };
