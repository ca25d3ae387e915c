"use strict";
const df = require("durable-functions");

/** Three activities, one after another; each gets the result of the one before. */
df.app.orchestration("chain", function* (context) {
  const first = yield context.df.callActivity("next", 0);
  const second = yield context.df.callActivity("next", first);
  return yield context.df.callActivity("next", second);
});
