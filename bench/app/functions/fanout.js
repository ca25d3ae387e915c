"use strict";
const df = require("durable-functions");

/** As many activities at once as the input says; returns how many have answered. */
df.app.orchestration("fanout", function* (context) {
  const count = Number(context.df.getInput());
  const results = yield context.df.Task.all(
    Array.from({ length: count }, (_, n) => context.df.callActivity("next", n)),
  );
  return results.length;
});
