import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { freePort } from "../../src/harness/free-port";
import { HostFixture } from "../../src/harness/host-fixture";

describe("HostFixture", () => {
  it("makes directories with files and deletes them all", async () => {
    const fixture = new HostFixture();
    const app = fixture.directoryWith({ "package.json": "{}", "functions/a.js": "1;" });
    const { dataDir } = fixture;
    expect(readFileSync(join(app, "functions/a.js"), "utf8")).toBe("1;");
    expect(existsSync(dataDir)).toBe(true);

    await fixture.dispose();
    expect([existsSync(app), existsSync(dataDir)]).toEqual([false, false]);
  });

  it("keeps port and data directory until it is disposed", async () => {
    const fixture = new HostFixture();
    const before = [await fixture.port(), fixture.dataDir];
    expect([await fixture.port(), fixture.dataDir]).toEqual(before);

    await fixture.dispose();
    expect(fixture.dataDir).not.toBe(before[1]);
    await fixture.dispose();
  });
});

describe("freePort", () => {
  it("names a port that can be listened on", async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    await new Promise((resolve) => server.close(resolve));

    expect(port).toBeGreaterThan(0);
  });
});
