"use strict";
const df = require("durable-functions");

/** The activity of all orchestrators: as little work as possible. */
df.app.activity("next", { handler: (value) => value + 1 });
