import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SqlClient } from "../../src/connection/sql-client";

const SCRIPTS = join(__dirname, "../../sql");

/** Runs the product's scripts on an empty database, in the order in which the product runs them. */
export async function installSchema(client: SqlClient, schema: string): Promise<void> {
  for (const file of scriptFiles()) {
    const text = readFileSync(file, "utf8").replaceAll("{{schema}}", schema);
    for (const batch of text.split(/^[ \t]*GO[ \t]*\r?$/im)) if (batch.trim() !== "") await client.batch(batch);
  }
}

function scriptFiles(): readonly string[] {
  return [
    "set-up.sql",
    ...filesIn("dt", NUMBERED),
    "dt/types.sql",
    "dt/functions.sql",
    "dt/views.sql",
    ...filesIn("dt/procedures", ANY),
    "dt/permissions.sql",
    ...filesIn("host", NUMBERED),
    ...filesIn("host/procedures", ANY),
    "host-permissions.sql",
  ].map((path) => join(SCRIPTS, path));
}

const NUMBERED = /^\d+.*\.sql$/;
const ANY = /\.sql$/;

function filesIn(folder: string, pattern: RegExp): readonly string[] {
  const names = readdirSync(join(SCRIPTS, folder)).filter((name) => pattern.test(name));
  return names.toSorted().map((name) => `${folder}/${name}`);
}
