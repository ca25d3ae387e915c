import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { validateSchemaName } from "./schema-name";
import { splitBatches } from "./split-batches";

/** One file, ready for one schema. */
export interface SqlScript {
  /** Path below `sql/` without its ending, such as `dt/000001-tables`. */
  readonly name: string;
  readonly batches: readonly string[];
}

/** Everything that makes up a database, in the order in which it runs. */
export interface SchemaScripts {
  readonly schema: string;
  /** Schemas and bookkeeping; re-runnable. */
  readonly setUp: SqlScript;
  /** Tables, and the types of our own schema. Once each, by number. */
  readonly migrations: readonly SqlScript[];
  /** Microsoft's contract: types, functions, views, procedures, rights; re-runnable. */
  readonly contract: readonly SqlScript[];
  /** Our own schema: functions, procedures, rights; re-runnable. */
  readonly host: readonly SqlScript[];
  /** SHA-256 of all files as they are shipped, whatever the schema is called. */
  readonly hash: string;
}

/** `sql/` of the package: at the same place from `src/schema` and from `dist/schema`. */
const SQL_FOLDER = join(__dirname, "..", "..", "sql");

const NUMBERED = /^\d{6}-/;

/**
 * Reads the package's scripts for a schema.
 *
 * @throws DurableHostError CONFIG_INVALID for a schema name that is no simple identifier
 */
export function loadScripts(schemaName: string): SchemaScripts {
  const schema = validateSchemaName(schemaName);
  const hash = createHash("sha256");
  const read = (...path: string[]): SqlScript => {
    const file = join(SQL_FOLDER, ...path);
    const text = readFileSync(file, "utf8");
    const name = relative(SQL_FOLDER, file)
      .split(sep)
      .join("/")
      .replace(/\.sql$/, "");
    hash.update(`${name}\n${text}\n`);
    return { name, batches: splitBatches(text.replaceAll("{{schema}}", schema)) };
  };
  const scripts = {
    schema,
    setUp: read("set-up.sql"),
    migrations: ["dt", "host"].flatMap((folder) =>
      sqlFiles(folder)
        .filter((file) => NUMBERED.test(file))
        .map((file) => read(folder, file)),
    ),
    contract: [
      ...["types.sql", "functions.sql", "views.sql"].map((file) => read("dt", file)),
      ...inCallOrder(sqlFiles("dt", "procedures")).map((file) => read("dt", "procedures", file)),
      read("dt", "permissions.sql"),
    ],
    host: [
      read("host", "functions.sql"),
      ...sqlFiles("host", "procedures").map((file) => read("host", "procedures", file)),
      read("host-permissions.sql"),
    ],
  };
  return { ...scripts, hash: hash.digest("hex") };
}

function sqlFiles(...path: string[]): readonly string[] {
  return readdirSync(join(SQL_FOLDER, ...path))
    .filter((file) => file.endsWith(".sql"))
    .sort();
}

/** Procedures that others call come first, so that the server has no reason to warn of a missing one. */
function inCallOrder(files: readonly string[]): readonly string[] {
  const called = ["PurgeInstanceStateByID.sql", "_RewindInstanceRecursive.sql"];
  return [...called, ...files.filter((file) => !called.includes(file))];
}
