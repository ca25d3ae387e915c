import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSchema } from "../../src/schema/create-schema";
import { loadScripts } from "../../src/schema/load-scripts";
import { describeWithServer } from "../stand/server";
import { TestDatabase } from "../stand/test-database";
import { describeWithMicrosoftScripts, installMicrosoftSchema, microsoftScriptFolder } from "./microsoft-scripts";
import { readCatalogue } from "./read-catalogue";

/** What our schema has and Microsoft's does not, with the reason. Nothing else may differ. (The stand-in appends to the names of indexes.) */
const ADDED = [
  /^column: payloads \| 6 \| hostdata \| /, // JSON of what the other columns cannot hold; nullable, last
  /^index column: newevents \| ix_newevents_visibletime/, // whose turn is it, without reading every inbox
  /^index column: newtasks \| ix_newtasks_lockexpiration/, // the next free activity, without passing held ones
  /^index column: instances \| ix_instances_parentinstanceid/, // children of an instance
  /^index column: instances \| ix_instances_completedtime/, // retention by age
];

describeWithMicrosoftScripts("our scripts beside Microsoft's, as text", () => {
  it("declare the same procedures and functions with the same parameters, types and defaults [SQL1]", () => {
    const theirs = signatures(readMicrosoft("logic.sql"));
    expect([...theirs.keys()]).toHaveLength(24);
    expect(signatures(ourText())).toEqual(theirs);
  });

  it("give the runtime role the same rights, and no others [SQL9]", () => {
    expect(grants(ourText("dt/permissions"))).toEqual(grants(readMicrosoft("permissions.sql")));
  });
});

describeWithServer("our schema beside Microsoft's, in the catalog", (server) => {
  describeWithMicrosoftScripts("both set up in one database", () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await TestDatabase.create(server);
      await createSchema(database.client, "ours");
      await installMicrosoftSchema(database, "theirs");
    }, 120_000);
    afterAll(() => database.drop(), 60_000);

    it("has everything that Microsoft's has, to the last column and index, and what is added is known [SQL1, SQL4]", async () => {
      const ours = await readCatalogue(database.client, "ours");
      const theirs = await readCatalogue(database.client, "theirs");
      expect(theirs.length).toBeGreaterThan(200);
      expect(theirs.filter((fact) => !ours.includes(fact))).toEqual([]);
      const added = ours.filter((fact) => !theirs.includes(fact));
      expect(added.filter((fact) => !ADDED.some((known) => known.test(fact)))).toEqual([]);
      expect(ADDED.filter((known) => !added.some((fact) => known.test(fact)))).toEqual([]);
    });
  });
});

function ourText(only?: string): string {
  const { contract } = loadScripts("dt");
  return contract
    .filter(({ name }) => only === undefined || name === only)
    .flatMap(({ batches }) => batches)
    .join("\nGO\n");
}

function readMicrosoft(file: string): string {
  return readFileSync(join(microsoftScriptFolder() ?? "", file), "utf8").replaceAll("__SchemaNamePlaceholder__", "dt");
}

/** Name of a procedure or function to its parameters, one word apart from how it is written. */
function signatures(script: string): ReadonlyMap<string, string> {
  const heads = script.matchAll(/CREATE OR ALTER (?:PROCEDURE|FUNCTION) dt\.(\w+)([\s\S]*?)\bAS\s+BEGIN/g);
  return new Map(
    [...heads]
      .map(([, name = "", head = ""]): [string, string] => [name, normalize(head)])
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}

function normalize(head: string): string {
  return head
    .replace(/--[^\n]*/g, "")
    .toLowerCase()
    .replaceAll("dt.", "")
    .replaceAll("datetime2(7)", "datetime2")
    .replace(/\s+/g, " ")
    .replace(/ ?([(),=]) ?/g, "$1")
    .trim();
}

function grants(script: string): readonly string[] {
  return [...script.matchAll(/GRANT (\w+) ON (\w+)::(\S+) TO (\w+)/g)].map(([, ...words]) => words.join(" ")).sort();
}
