"use strict";
const df = require("durable-functions");

/* oxlint-disable require-yield -- some orchestrators end before they wait for anything */

df.app.orchestration("describeInput", function* ({ df: context }) {
  const input = context.getInput();
  return { type: typeof input, value: input };
});

df.app.orchestration("echo", function* ({ df: context }) {
  return yield context.callActivity("repeat", context.getInput());
});

/** Hands each of the values to an activity; tells what that got, and what came back. */
df.app.orchestration("passesValues", function* ({ df: context }) {
  const answers = [];
  for (const value of context.getInput()) answers.push(yield context.callActivity("describe", value));
  return answers;
});

df.app.orchestration("takesNothing", function* ({ df: context }) {
  return { result: yield context.callActivity("returnsUndefined") };
});

df.app.orchestration("waits", function* ({ df: context }) {
  context.setCustomStatus("waiting");
  return yield context.waitForExternalEvent("go");
});

df.app.orchestration("fails", function* ({ df: context }) {
  yield context.callActivity("throwError", context.getInput());
});

df.app.orchestration("catches", function* ({ df: context }) {
  try {
    yield context.callActivity("throwError", context.getInput());
  } catch (error) {
    return error.message;
  }
});

df.app.orchestration("throwsAtOnce", function* ({ df: context }) {
  throw new Error(context.getInput());
});

/** Throws after an activity what is asked for: an error without a message, or something that is no Error. */
df.app.orchestration("throwsOddly", function* ({ df: context }) {
  yield context.callActivity("repeat", 1);
  if (context.getInput() === "empty") throw new Error("");
  throw context.getInput();
});

df.app.orchestration("callsByName", function* ({ df: context }) {
  const { activity, entity } = context.getInput();
  if (activity) return yield context.callActivity(activity, "x");
  return yield context.callEntity(new df.EntityId(entity, "k"), "get");
});

df.app.orchestration("callsFailingEntity", function* ({ df: context }) {
  yield context.callEntity(new df.EntityId("notes", context.instanceId), "throw", "broken by request");
});

df.app.orchestration("logsOnce", function* (context) {
  for (const step of [1, 2, 3]) {
    if (!context.df.isReplaying) context.log(`reached step ${step}`);
    yield context.df.callActivity("repeat", context.df.getInput());
  }
  return context.df.getInput();
});

df.app.orchestration("callsUnfinished", function* ({ df: context }) {
  const marks = () => ({ time: context.currentUtcDateTime.toISOString(), id: context.newGuid(context.instanceId) });
  const begin = marks();
  const first = yield context.callActivity("repeat", "before");
  const between = marks();
  context.setCustomStatus({ begin, between });
  const second = yield context.callActivity("hangsFirstTime", context.instanceId);
  return { results: [first, second], begin, between };
});

df.app.orchestration("callsHttp", function* ({ df: context }) {
  const { statusCode, headers, content } = yield context.callHttp(context.getInput());
  return { statusCode, headers, content };
});
