import { readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { HostFixture } from "@durable-host/testkit";
import { badApp, REFERENCE_APP, startReferenceApp } from "./reference-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

/** A message for people has no stack of ours in it. */
const STACK = /\n\s+at .*durable-host|packages\/(engine|sqlite|functions|cli)/;

describe("a host that cannot start", () => {
  it("says which file of the app is broken and why, and ends with code 1 [FH6, FH7]", async () => {
    const { code, output } = await fixture.run({ scriptRoot: badApp("throwing-entry") });

    expect(code).toBe(1);
    expect(output).toContain("b-broken.js");
    expect(output).toContain("the catalogue is missing");
    expect(output).not.toContain("No job functions found");
  });

  it("says that an app has no functions, and ends with code 1", async () => {
    const { code, output } = await fixture.run({ scriptRoot: badApp("no-functions") });

    expect(code).toBe(1);
    expect(output).toMatch(/no functions/i);
    expect(output).not.toMatch(STACK);
  });

  it("says that there is no app in the folder, and ends with code 1", async () => {
    const { code, output } = await fixture.run({ scriptRoot: fixture.directory() });

    expect(code).toBe(1);
    expect(output).toMatch(/host\.json|package\.json/);
    expect(output).not.toMatch(STACK);
  });

  it("says that the port is taken and how to choose another, and ends with code 1", async () => {
    const port = await fixture.port();
    const other = await listen(port);
    try {
      const { code, output } = await fixture.run({ scriptRoot: REFERENCE_APP });

      expect(code).toBe(1);
      expect(output).toContain(`Port ${port}`);
      expect(output).toContain("--port");
      expect(output).not.toMatch(STACK);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it("says that another host owns the store, and ends with code 1", async () => {
    await startReferenceApp(fixture);
    const second = await fixture.run({ scriptRoot: REFERENCE_APP, port: (await fixture.port()) + 1 });

    expect(second.code).toBe(1);
    expect(second.output).toContain(fixture.dataDir);
    expect(second.output).not.toMatch(STACK);
  });

  it("says that the store is corrupt and where it is, and leaves it as it was", async () => {
    const host = await startReferenceApp(fixture);
    await (await fixture.client()).start("helloCities");
    await host.stop();
    const file = largestFile(fixture.dataDir);
    truncateSync(file, 0);
    writeFileSync(file, "this was a database once ".repeat(400));
    const { code, output } = await fixture.run({ scriptRoot: REFERENCE_APP });

    expect(code).toBe(1);
    expect(output).toContain(fixture.dataDir);
    expect(output).toMatch(/corrupt|not a database|damaged/i);
    expect(output).not.toMatch(STACK);
    expect(statSync(file).size).toBe("this was a database once ".length * 400);
  });

  it("names the setting when host.json points to a connection that is not set", async () => {
    const app = fixture.directoryWith({
      "package.json": '{ "main": "index.js" }',
      "index.js": "",
      "host.json": JSON.stringify({
        version: "2.0",
        extensions: { durableTask: { storageProvider: { type: "mssql", connectionStringName: "NO_SUCH_SETTING" } } },
      }),
    });
    const { code, output } = await fixture.run({ scriptRoot: app });

    expect(code).toBe(1);
    expect(output).toContain("NO_SUCH_SETTING");
    expect(output).not.toMatch(STACK);
  });
});

describe("an app that misbehaves", () => {
  it("fails the orchestration, in words, and not the host", async () => {
    await fixture.start({ scriptRoot: badApp("misbehaving") });
    const client = await fixture.client();
    const failed = async (name: string): Promise<string> => {
      const end = await client.waitForEnd(await client.start(name));
      expect(end.runtimeStatus).toBe("Failed");
      return String(end.output);
    };

    expect(await failed("yieldsNumber")).toContain("Orchestration yielded data of type number");
    expect(await failed("callsBigInt")).toMatch(/returnsBigInt.*BigInt/s);
    expect(await failed("callsMissing")).toContain("thereIsNoSuchActivity");
    expect(await failed("throwsText")).toContain("throwsText");

    const fine = await client.waitForEnd(await client.start("fine", { still: "here" }));
    expect(fine.output).toEqual({ still: "here" });
  });

  it("gets a 500 for a handler that throws, and the error in the log", async () => {
    const host = await fixture.start({ scriptRoot: badApp("misbehaving") });
    const answer = await (await fixture.client()).get("/api/throws");

    expect([answer.status, answer.body]).toEqual([500, ""]);
    await host.prints("handler is broken");
  });

  it("may take its process down: the work is done again in a new one [FH79]", async () => {
    await fixture.start({ scriptRoot: badApp("misbehaving"), env: { MARKS_FOLDER: fixture.directory() } });
    const client = await fixture.client();
    const end = await client.waitForEnd(await client.start("callsExit"), { timeoutMs: 30_000 });

    expect(end).toMatchObject({ runtimeStatus: "Completed", output: "survived" });
  });
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, () => resolve(server));
  });
}

function largestFile(directory: string): string {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile() && /\.(db|sqlite3?)$/.test(file));
  const [largest] = files.sort((a, b) => statSync(b).size - statSync(a).size);
  if (largest === undefined) throw new Error(`There is no database file in ${directory}.`);
  return largest;
}
