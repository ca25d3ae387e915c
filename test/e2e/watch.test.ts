import { HostFixture, waitUntil } from "@durable-host/testkit";
import { LiveApp, versionedApp } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

/** Starts the app with --watch and one orchestration that waits. */
async function startWatched() {
  const app = new LiveApp(fixture, versionedApp("one"));
  const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch"] });
  const client = await fixture.client();
  const id = await client.start("waits");
  await client.waitFor(id, (status) => status.customStatus === "waiting");
  const version = async () => (await client.get("/api/version")).body;
  return { app, host, client, id, version };
}

describe("durable-host start --watch", () => {
  it("runs changed code in the same host, also for orchestrations that were waiting", async () => {
    const { app, host, client, id, version } = await startWatched();
    expect(await version()).toBe("one");
    app.change(versionedApp("two"));
    await waitUntil("the new code to answer", async () => ((await version()) === "two" ? true : undefined));
    expect(host.output).toContain("Changed: src/app.js");
    await client.raiseEvent(id, "go", true);
    expect((await client.waitForEnd(id)).output).toBe("finished by two");
    expect(await host.stop()).toMatchObject({ code: 0 });
  });

  it("keeps the app as it was when the changed code does not load, and takes the next change", async () => {
    const { app, host, version } = await startWatched();
    app.change("this is no JavaScript");
    await waitUntil("the failure to be told", () => (host.output.includes("stays as it was") ? true : undefined));
    expect(host.output).toContain("src/app.js");
    expect(await version()).toBe("one");
    app.change(versionedApp("three"));
    await waitUntil("the mended code to answer", async () => ((await version()) === "three" ? true : undefined));
  });
});
