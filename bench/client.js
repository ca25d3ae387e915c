"use strict";
const http = require("node:http");

/** A lean HTTP client: kept-alive connections, no redirects, no parsing beyond JSON. Several hosts take turns. */
class Client {
  #hosts;
  #next = 0;
  #agent;

  /** `urls`: one, or a comma list of hosts that share a store. */
  constructor(urls, connections) {
    this.#hosts = urls.split(",").map((url) => new URL(url));
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections, scheduling: "fifo" });
  }

  /** Resolves to status and text of the answer. */
  request(method, path, body) {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      payload === undefined
        ? { "content-length": 0 }
        : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) };
    const { hostname: host, port } = this.#hosts[this.#next++ % this.#hosts.length];
    return new Promise((resolve, reject) => {
      const request = http.request({ host, port, method, path, headers, agent: this.#agent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
        response.on("error", reject);
      });
      request.on("error", reject);
      request.end(payload);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

/**
 * Runs `count` jobs with at most `inFlight` at a time; resolves to the milliseconds each took and all together, and to
 * the share of a processor that this process used meanwhile: near 1, the client would be what is measured.
 */
async function measure(count, inFlight, job) {
  const latencies = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      const began = performance.now();
      await job(index);
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  const usedBefore = process.cpuUsage();
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
  const totalMs = performance.now() - began;
  const { user, system } = process.cpuUsage(usedBefore);
  const clientShare = Number(((user + system) / 1000 / totalMs).toFixed(2));
  return { latencies: latencies.sort((a, b) => a - b), totalMs, clientShare };
}

/** The value below which a share of the sorted values lies. */
function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Three significant digits are more than a benchmark knows. */
function round(value) {
  return Number(value.toPrecision(4));
}

module.exports = { Client, measure, percentile, round };
