"use strict";
const { Module } = require("node:module");
const path = require("node:path");
const { round } = require("./client");

/**
 * The ceiling: the app's own handlers, called through the same SDK in a loop, without host, process boundary or
 * storage. Each episode gets the whole history and replays it, as the official host does.
 */
const registered = new Map();
const core = {
  version: "0.0.0",
  hostVersion: "0.0.0",
  registerFunction: ({ name }, callback) => registered.set(name, callback),
  setProgrammingModel: () => undefined,
};

/** Loads the app with a stand-in for the module that a Functions host provides. */
function loadApp() {
  const load = Module._load;
  Module._load = (request, ...rest) => (request === "@azure/functions-core" ? core : load(request, ...rest));
  try {
    for (const file of ["next", "chain"]) require(path.join(__dirname, "app/functions", `${file}.js`));
  } finally {
    Module._load = load;
  }
}

const event = (EventType, fields) => ({
  EventType,
  EventId: -1,
  IsPlayed: false,
  Timestamp: new Date().toISOString(),
  ...fields,
});

/** Drives one orchestration to its end, as a host would. */
async function orchestrate(name, InvocationContext) {
  const orchestrator = registered.get(name);
  const history = [event(12), event(0, { Name: name, Input: null })];
  for (let scheduled = 0; ;) {
    const trigger = {
      history,
      input: null,
      instanceId: "bare",
      isReplaying: history.length > 2,
      upperSchemaVersion: 1,
      upperSchemaVersionNew: 3,
    };
    const state = await orchestrator(trigger, new InvocationContext({ functionName: name }));
    if (state.isDone) return state.output;
    const actions = state.actions[0].slice(scheduled);
    const results = await Promise.all(
      actions.map((action) => registered.get(action.functionName)(JSON.parse(action.input), {})),
    );
    actions.forEach((action, index) =>
      history.push(event(4, { EventId: scheduled + index, Name: action.functionName })),
    );
    for (const past of history) past.IsPlayed = true;
    history.push(event(13), event(12));
    results.forEach((result, index) =>
      history.push(event(5, { TaskScheduledId: scheduled + index, Result: JSON.stringify(result) })),
    );
    scheduled += actions.length;
  }
}

/** Chains per second without any runtime around them. */
async function bare({ count }) {
  if (registered.size === 0) loadApp();
  const { InvocationContext } = require("@azure/functions");
  const once = async () => {
    const output = await orchestrate("chain", InvocationContext);
    if (output !== 3) throw new Error(`The chain was to answer 3, but: ${JSON.stringify(output)}`);
  };
  for (let n = 0; n < 500; n++) await once();
  const began = performance.now();
  for (let n = 0; n < count; n++) await once();
  return { count, perSecond: round((count / (performance.now() - began)) * 1000) };
}

module.exports = { bare };
