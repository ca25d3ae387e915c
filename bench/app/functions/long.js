"use strict";
const df = require("durable-functions");

/** As many activities as the input says, one after another; returns how many have answered. */
df.app.orchestration("long", function* (context) {
  const count = Number(context.df.getInput());
  let done = 0;
  while (done < count) done = yield context.df.callActivity("next", done);
  return done;
});
