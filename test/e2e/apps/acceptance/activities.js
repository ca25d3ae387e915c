"use strict";
const { appendFileSync, existsSync } = require("node:fs");
const df = require("durable-functions");

df.app.activity("repeat", { handler: (input) => input });

df.app.activity("describe", {
  handler: (input) => ({ type: input === null ? "null" : Array.isArray(input) ? "array" : typeof input, value: input }),
});

df.app.activity("returnsUndefined", { handler: () => undefined });

df.app.activity("throwError", {
  handler: (message) => {
    throw new Error(message);
  },
});

/** Never ends the first time it is run for an instance; leaves a line in a file each time it begins. */
df.app.activity("hangsFirstTime", {
  handler: (instanceId) => {
    const file = `${process.env.MARKS_FOLDER}/${instanceId}`;
    const wasHere = existsSync(file);
    appendFileSync(file, "begun\n");
    return wasHere ? "done" : new Promise(() => undefined);
  },
});
