import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { LOG_BYTES, preallocateLog } from "../../src/connection/preallocate-log";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "preallocate-"))));
afterEach(() => rmSync(directory, { recursive: true }));

describe("making room in the log", () => {
  it("leaves what is in the log as it is and adds zeros", () => {
    const file = join(directory, "log");
    const descriptor = openSync(file, "w+");
    writeSync(descriptor, "frames");
    preallocateLog(descriptor);
    expect(fstatSync(descriptor).size).toBe(LOG_BYTES);
    const content = readFileSync(file);
    expect(content.subarray(0, 6).toString()).toBe("frames");
    expect(content.subarray(6).every((byte) => byte === 0)).toBe(true);
    preallocateLog(descriptor);
    expect(fstatSync(descriptor).size).toBe(LOG_BYTES);
    closeSync(descriptor);
  });

  it("hides nothing from SQLite: what was committed before and after is read back from the log", () => {
    const file = join(directory, "a.db");
    const database = new DatabaseSync(file);
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(v); INSERT INTO t VALUES (1)",
    );
    const log = openSync(`${file}-wal`, "r+");
    preallocateLog(log);
    closeSync(log);
    database.exec("INSERT INTO t VALUES (2)");
    // A second file made of both parts is what a crash would leave.
    const crashed = join(directory, "b.db");
    for (const suffix of ["", "-wal"]) {
      const copy = openSync(crashed + suffix, "w");
      writeSync(copy, readFileSync(file + suffix));
      closeSync(copy);
    }
    const recovered = new DatabaseSync(crashed);
    expect(recovered.prepare("SELECT v FROM t ORDER BY v").all()).toEqual([{ v: 1 }, { v: 2 }]);
    recovered.close();
    database.close();
  });
});
