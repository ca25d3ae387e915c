import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { ManagementClient } from "@durable-host/testkit";
import { ACCEPTANCE_APP } from "./reference-app";

const DURABLE = "/runtime/webhooks/durabletask";
const SETTING = "AzureFunctionsJobHost__extensions__durableTask";
jest.setTimeout(60_000);
const fixture = new HostFixture();

describe("an app with settings of its own", () => {
  let client: ManagementClient;
  beforeAll(async () => {
    const env = {
      [`${SETTING}__hubName`]: "%HUB_OF_THIS_TEST%",
      HUB_OF_THIS_TEST: "Elsewhere",
      WEBSITE_HOSTNAME: "shop.example.com",
      [`${SETTING}__overridableExistingInstanceStates`]: "AnyState",
      [`${SETTING}__maxEntityOperationBatchSize`]: "1",
      "AzureWebJobs.describe.Disabled": "true",
      "AzureWebJobs.absent.Disabled": "true",
      "AzureWebJobs.takesNothing.Disabled": "true",
    };
    await fixture.start({ scriptRoot: ACCEPTANCE_APP, env });
    client = await fixture.client();
  });
  afterAll(() => fixture.dispose());

  it("takes the name of its task hub from an app setting [DF85]", async () => {
    const { body } = await client.post(`${DURABLE}/orchestrators/echo`, 1);
    expect((body as Record<string, string>)["statusQueryGetUri"]).toContain("?taskHub=Elsewhere&");
  });

  it("is known by the host name of its environment [DF82]", async () => {
    const { body } = await client.post("/api/client/createHttpManagementPayload", ["some-id"]);
    const { resolved } = body as { readonly resolved: Record<string, string> };
    expect(resolved["statusQueryGetUri"]).toBe(
      "https://shop.example.com/runtime/webhooks/durabletask/instances/some-id?taskHub=Elsewhere&connection=SQLDB_Connection",
    );
  });

  it("replaces an active instance when any state may be replaced [DF7]", async () => {
    const id = await client.start("waits");
    await client.waitFor(id, ({ customStatus }) => customStatus === "waiting");
    expect(await client.start("echo", "the second", id)).toBe(id);

    expect(await client.waitForEnd(id)).toMatchObject({ name: "echo", customStatus: null, output: "the second" });
    expect((await client.raiseEvent(id, "go", 1)).status).toBe(410);
  });

  it("invokes an entity for each operation when batches hold one [DF70]", async () => {
    const signals = Array.from({ length: 8 }, () => client.signalEntity("notes", "batched", "addInvocation"));
    await Promise.all(signals);
    const invocations = await waitUntil("all operations", async () => {
      const state = (await client.entity("notes", "batched")) as string[] | undefined;
      return state?.length === 8 ? state : undefined;
    });

    expect(new Set(invocations).size).toBe(8);
  });

  it.each([
    ["a disabled activity", { activity: "describe" }, "describe"],
    ["an unknown activity", { activity: "noSuchActivity" }, "noSuchActivity"],
    ["a disabled entity", { entity: "absent" }, "absent"],
    ["an unknown entity", { entity: "noSuchEntity" }, "nosuchentity"],
  ])("fails the caller of %s at once, naming it [DF80]", async (_what, input, name) => {
    const { runtimeStatus, output } = await client.waitForEnd(await client.start("callsByName", input));

    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(/^Orchestrator function 'callsByName' failed: /);
    expect(String(output).toLowerCase()).toContain(`'${name.toLowerCase()}'`);
  });

  it("refuses the start of a disabled orchestrator [DF2]", async () => {
    const answer = await client.post(`${DURABLE}/orchestrators/takesNothing`);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining("takesNothing")]);
  });
});

describe("an app that names a storage provider nobody knows", () => {
  afterAll(() => fixture.dispose());

  it("does not start, and is told those there are [DF86]", async () => {
    const run = await fixture.run({
      scriptRoot: ACCEPTANCE_APP,
      env: { [`${SETTING}__storageProvider__type`]: "redis" },
    });

    expect(run.code).toBe(1);
    expect(run.output).toContain("redis");
    for (const type of ["mssql", "AzureStorage", "azureManaged", "netherite"]) expect(run.output).toContain(type);
  });
});
