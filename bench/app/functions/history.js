"use strict";
const df = require("durable-functions");

/** Makes a history of four events per step (sequential) or of two per activity and a few (at once), then waits in it. */
df.app.orchestration("history", function* (context) {
  const { steps, atOnce } = context.df.getInput();
  let done = 0;
  if (atOnce) {
    const tasks = Array.from({ length: steps }, (_, n) => context.df.callActivity("next", n));
    done = (yield context.df.Task.all(tasks)).length;
  } else while (done < steps) done = yield context.df.callActivity("next", done);
  for (let events = 1; ; events++) {
    context.df.setCustomStatus(`waiting for event ${events}`);
    if ((yield context.df.waitForExternalEvent("go")) === "end") return done;
    done = yield context.df.callActivity("next", done);
  }
});
