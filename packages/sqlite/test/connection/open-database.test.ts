import { statSync } from "node:fs";
import { join } from "node:path";
import { openDatabase, type Connection } from "../../src/connection/open-database";
import { aDirectory } from "../sqlite-fixture";

let directory: ReturnType<typeof aDirectory>;
let connection: Connection;
beforeEach(() => {
  directory = aDirectory();
  connection = openDatabase(join(directory.path, "hub.db"));
});
afterEach(() => {
  connection.close();
  directory.remove();
});

/** Makes the log grow by about `pages` pages. */
function write(pages: number): void {
  const task = "x".repeat(4_000);
  const { begin, commit, insertActivity } = connection.statements;
  const { last } = connection.database
    .prepare("SELECT coalesce(max(sequence_number), 0) AS last FROM activities")
    .get();
  begin.run();
  for (let page = 1; page <= pages; page++) insertActivity.run(last + page, 1, task);
  commit.run();
}

it("rewinds the log after a checkpoint and keeps it the same file, so that what is synchronised stays the log", async () => {
  write(100);
  const before = statSync(connection.walFile);
  for (let round = 0; round < 5; round++) {
    connection.checkpoint();
    write(50);
    await connection.sync(1);
  }
  const after = statSync(connection.walFile);
  expect(after.ino).toBe(before.ino);
  expect(after.size).toBe(before.size);
});

it("copies a long log into the file by itself", () => {
  for (let round = 0; round < 40; round++) write(500);
  expect(statSync(join(directory.path, "hub.db")).size).toBeGreaterThan(60_000_000);
  expect(statSync(connection.walFile).size).toBeLessThan(80_000_000);
});

it("synchronises as often as asked, also several times at once", async () => {
  write(1);
  await expect(Promise.all([connection.sync(1), connection.sync(1)])).resolves.toEqual([undefined, undefined]);
});
