import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { anExecutionStarted, ManualClock, silentLogger } from "@durable-host/testkit";
import { DatabaseSync } from "@photostructure/sqlite";
import { createSqliteProvider } from "../src";
import { aDirectory, aSqliteFixture } from "./sqlite-fixture";

let directory: ReturnType<typeof aDirectory>;
beforeEach(() => {
  directory = aDirectory();
});
afterEach(() => directory.remove());

const aProvider = (file: string) => createSqliteProvider({ file, clock: new ManualClock(), logger: silentLogger });

/** A store with instances in it, closed. */
async function aStoreFile(instances: number): Promise<string> {
  const file = join(directory.path, "hub.db");
  const provider = aProvider(file);
  await provider.start();
  const ids = Array.from({ length: instances }, (_, index) => `i${index}`);
  await Promise.all(ids.map((id) => provider.createInstance(anExecutionStarted(id), new Set())));
  await provider.stop();
  return file;
}

function exec(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe("where the store is", () => {
  it("is a file named after the task hub in the data directory, which is created", async () => {
    const dataDir = join(directory.path, "deep", "er");
    const provider = createSqliteProvider({
      dataDir,
      hubName: "MyHub",
      clock: new ManualClock(),
      logger: silentLogger,
    });
    expect(provider.file).toBe(join(dataDir, "MyHub.db"));
    await provider.start();
    expect(existsSync(provider.file)).toBe(true);
    await provider.stop();
  });

  it("is one complete file after a clean stop", async () => {
    const file = await aStoreFile(3);
    expect([existsSync(file), existsSync(`${file}-wal`), existsSync(`${file}.owner`)]).toEqual([true, false, false]);
  });

  it.each(["", "../evil", "a/b", ".hidden", "a b", "x".repeat(101)])(
    "is not named after a hub called %j",
    (hubName) => {
      expect(() => createSqliteProvider({ hubName, clock: new ManualClock(), logger: silentLogger })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID" }),
      );
    },
  );
});

describe("a file that cannot be used", () => {
  it("is reported and left as it is when it is no database", async () => {
    const file = join(directory.path, "hub.db");
    writeFileSync(file, "not a database, but precious\n".repeat(300));
    const before = readFileSync(file);
    await expect(aProvider(file).start()).rejects.toMatchObject({
      code: "STORE_CORRUPT",
      message: expect.stringMatching(new RegExp(`${file}.*Restore a copy.*move it.*Nothing was changed or deleted`)),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it("is reported when pages are missing", async () => {
    const file = await aStoreFile(300);
    truncateSync(file, 20_480);
    await expect(aProvider(file).start()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });

  it("is reported when pages are overwritten", async () => {
    const file = await aStoreFile(300);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4_096, bytes.length);
    writeFileSync(file, bytes);
    await expect(aProvider(file).start()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });

  it("is reported and left as it is when it belongs to another program", async () => {
    const file = join(directory.path, "hub.db");
    exec(file, "CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('a')");
    const before = readFileSync(file);
    const starting = aProvider(file).start();
    await expect(starting).rejects.toMatchObject({ code: "STORE_CORRUPT", message: /another program/ });
    expect(readFileSync(file)).toEqual(before);
  });

  it("is reported and left as it is when a newer version wrote it", async () => {
    const file = await aStoreFile(1);
    exec(file, "PRAGMA user_version = 99");
    const before = readFileSync(file);
    const starting = aProvider(file).start();
    await expect(starting).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW", message: /newer version.*schema 99/ });
    expect(readFileSync(file)).toEqual(before);
  });

  it("is brought up to date when an older version wrote it, with everything in it", async () => {
    const file = await aStoreFile(1);
    exec(file, "DROP TABLE records; PRAGMA user_version = 1");
    const provider = aProvider(file);
    await provider.start();
    expect(await provider.records?.put("timer:a", "now", undefined)).toBe(true);
    expect(await provider.getInstance("i0")).toMatchObject({ instanceId: "i0" });
    await provider.stop();
  });

  it("is reported when its directory cannot be made", async () => {
    const blocked = join(directory.path, "file");
    writeFileSync(blocked, "");
    await expect(aProvider(join(blocked, "hub.db")).start()).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
  });
});

describe("one owner", () => {
  it("refuses a second provider in the same process, with the file and the process id", async () => {
    const first = await aSqliteFixture();
    await expect(aProvider(first.file).start()).rejects.toMatchObject({
      code: "STORE_IN_USE",
      message: expect.stringMatching(new RegExp(`${first.file}.*pid ${process.pid}`)),
    });
    await first.provider().createInstance(anExecutionStarted("still works"), new Set());
    await first.dispose();
  });

  it("can be followed by another one after a stop", async () => {
    const file = await aStoreFile(2);
    const next = aProvider(file);
    await next.start();
    await expect(next.queryInstances({ top: 10 })).resolves.toMatchObject({ instances: [{}, {}] });
    await next.stop();
  });

  it("may start twice and stop twice without harm", async () => {
    const provider = aProvider(join(directory.path, "hub.db"));
    await Promise.all([provider.start(), provider.start()]);
    await Promise.all([provider.stop(), provider.stop()]);
    await expect(provider.getInstance("i1")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
  });
});
