import { HostFixture, waitUntil } from "@durable-host/testkit";
import { LiveApp, versionedApp } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

const prefix = "AzureFunctionsJobHost__extensions__durableTask__retention__";

describe("retention", () => {
  it("purges what has ended as the settings say, and keeps the rest", async () => {
    const { scriptRoot } = new LiveApp(fixture, versionedApp("1"));
    const env = { [`${prefix}completedAfter`]: "00:00:00", [`${prefix}checkInterval`]: "00:00:01" };
    await fixture.start({ scriptRoot, env });
    const client = await fixture.client();
    for (const id of ["completed", "terminated", "running"]) await client.start("waits", undefined, id);
    await client.control("terminated", "terminate", "enough");
    await client.waitForEnd("terminated");
    await client.raiseEvent("completed", "go", 1);
    const gone = async () => ((await client.status("completed")) === undefined ? true : undefined);
    await waitUntil("the completed instance to be purged", gone);
    expect((await client.status("terminated"))?.runtimeStatus).toBe("Terminated");
    expect((await client.status("running"))?.runtimeStatus).toBe("Running");
  });

  it("stops the host for a time that is none", async () => {
    const { scriptRoot } = new LiveApp(fixture, versionedApp("1"));
    const env = { [`${prefix}completedAfter`]: "seven days" };
    await expect(fixture.start({ scriptRoot, env })).rejects.toThrow("retention.completedAfter");
  });
});
