"use strict";

const LINE = /^durable_host_storage_round_trips_total\{request="([^"]+)"\} (\S+)$/gm;

/** Requests to the database so far, by procedure, of all replicas of a server together. */
async function roundTrips(urls) {
  const counts = {};
  for (const url of urls.split(",")) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, name, count] of text.matchAll(LINE)) counts[name] = (counts[name] ?? 0) + Number(count);
  }
  return counts;
}

/** What was counted between two readings, with the sum; the most frequent come first. */
function difference(after, before) {
  const counts = Object.entries(after)
    .map(([name, count]) => [name, count - (before[name] ?? 0)])
    .filter(([, count]) => count > 0)
    .sort(([, left], [, right]) => right - left);
  return { total: counts.reduce((sum, [, count]) => sum + count, 0), ...Object.fromEntries(counts) };
}

module.exports = { difference, roundTrips };
