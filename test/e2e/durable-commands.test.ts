import { execFile } from "node:child_process";
import { join } from "node:path";
import { HostFixture } from "@durable-host/testkit";
import type { HostProcess, ManagementClient } from "@durable-host/testkit";
import { addStock, anOrder, placeOrder, REFERENCE_APP, startReferenceApp } from "./reference-app";

const CLI = join(__dirname, "../../packages/cli/bin/durable-host.js");

interface Run {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs the built command in a folder that holds no app, to its end. */
function durableHost(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    execFile(process.execPath, [CLI, ...args], { cwd: __dirname, env }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}

jest.setTimeout(60_000);

describe("durable commands on a running host", () => {
  const fixture = new HostFixture();
  let client: ManagementClient;
  let where: readonly string[];

  beforeAll(async () => {
    const { url } = await startReferenceApp(fixture);
    client = await fixture.client();
    where = ["--url", url];
  });
  afterAll(() => fixture.dispose());

  const durable = (...args: readonly string[]): Promise<Run> => durableHost("durable", ...args, ...where);

  it("start an orchestration and show what became of it", async () => {
    const started = await durable("start-new", "--function-name", "helloCities", "--json");
    const { instanceId } = JSON.parse(started.output) as { instanceId: string };
    await client.waitForEnd(instanceId);
    const status = await durable("get-runtime-status", instanceId, "--show-output");
    const history = await durable("get-history", "--id", instanceId);

    expect(started).toMatchObject({ code: 0, errors: `Using the host at ${where[1]}.\n` });
    expect(status.output).toMatch(
      /Status +Completed[\s\S]*Output +\["Hello Tokyo","Hello Seattle","Hello London"\]\n$/,
    );
    expect(history.output).toMatch(/^TIME +EVENT +NAME +DETAILS\n[\s\S]*TaskCompleted +sayHello +Hello Seattle\n/);
  });

  it("find the order that waits, explain it, record it, and let it go on", async () => {
    await addStock(client, "chair", 10);
    const id = await placeOrder(client, anOrder({ lines: [{ sku: "chair", quantity: 1, unitPrice: 5000 }] }));
    const isWaiting = ({ customStatus }: { readonly customStatus: unknown }) =>
      (customStatus as { stage?: string } | null)?.stage === "AwaitingApproval";
    await client.waitFor(id, isWaiting);

    const listed = await durable("get-instances", "--custom-status", "AwaitingApproval", "--name", "processOrder");
    expect(listed.output).toMatch(new RegExp(`^INSTANCE ID .*\n${id} +processOrder +Running `));
    expect((await durable("explain", id)).output).toMatch(/\(processOrder\): Running; waits for [\s\S]*Approval/);
    const recorded = await durableHost("instances", "export", id, ...where);
    expect(JSON.parse(recorded.output)).toMatchObject({ instances: [{ instanceId: id, name: "processOrder" }] });

    const approval = ["--event-name", "Approval", "--event-data", '{"approved": true}'];
    expect((await durable("raise-event", "--id", id, ...approval)).code).toBe(0);
    expect((await client.waitForEnd(id)).output).toMatchObject({ status: "Shipped" });
  });

  it("signal an entity", async () => {
    const entity = ["--entity-name", "inventory", "--entity-key", "mug"];
    await durable("signal-entity", ...entity, "--operation", "set", "--input", "4");
    await client.waitFor("@inventory@mug", () => true);

    expect(await client.entity("inventory", "mug")).toMatchObject({ available: 4 });
  });

  it("fail with a word on what to do", async () => {
    const unknown = await durable("start-new", "--function-name", "noSuchThing");
    const missing = await durable("terminate", "nobody");
    const taken = await durableHost("durable", "get-instances", "--data-dir", fixture.dataDir);
    const wrong = await durable("raise-event", "--id", "x");

    expect([unknown.code, missing.code, taken.code, wrong.code]).toEqual([1, 1, 1, 3]);
    expect(unknown.errors).toContain("helloCities");
    expect(missing.errors).toContain("No instance with ID 'nobody' found");
    expect(taken.errors).toMatch(/A host is using the store .*--url/);
    expect(wrong.errors).toContain("--event-name");
    expect([unknown, missing, taken, wrong].map(({ output }) => output)).toEqual(["", "", "", ""]);
  });
});

describe("durable commands on the store of a host that does not run", () => {
  const fixture = new HostFixture();
  let host: HostProcess;
  let where: readonly string[];

  beforeAll(async () => {
    host = await startReferenceApp(fixture);
    const client = await fixture.client();
    await client.waitForEnd(await client.start("helloCities", undefined, "before"));
    await host.stop();
    where = ["--data-dir", fixture.dataDir, "--script-root", REFERENCE_APP];
  });
  afterAll(() => fixture.dispose());

  const durable = (...args: readonly string[]): Promise<Run> => durableHost("durable", ...args, ...where);

  it("see what there is, and leave work to the host that starts next", async () => {
    const started = await durable("start-new", "--function-name", "helloCities", "--id", "offline");
    const listed = await durable("get-instances", "--json");

    expect(started).toMatchObject({ code: 0, output: "Started 'helloCities' with the instance id offline.\n" });
    expect(started.errors).toMatch(
      /^Using the store .*\.db; no host has it open\.\n[\s\S]*when the host starts next\.\n$/,
    );
    expect(JSON.parse(listed.output)).toMatchObject({
      instances: [
        { instanceId: "before", runtimeStatus: "Completed" },
        { instanceId: "offline", runtimeStatus: "Pending" },
      ],
    });

    host = await startReferenceApp(fixture);
    const client = await fixture.client();
    expect((await client.waitForEnd("offline")).output).toEqual(["Hello Tokyo", "Hello Seattle", "Hello London"]);
    await host.stop();
  });

  it("finish also where they wait for what nobody does", async () => {
    await durable("start-new", "--function-name", "helloCities", "--id", "unwanted");
    const purged = await durable("purge-history", "unwanted");

    expect(purged).toMatchObject({ code: 0, output: "Deleted 1 instance.\n" });
    expect((await durable("get-runtime-status", "unwanted")).code).toBe(1);
  });

  it("delete the task hub, if they are told to be sure", async () => {
    const unsure = await durable("delete-task-hub");
    const sure = await durable("delete-task-hub", "--yes");
    const left = await durable("get-instances");

    expect([unsure.code, sure.code]).toEqual([1, 0]);
    expect(unsure.errors).toContain("--yes");
    expect(left.output).toBe("No instances.\n");
  });
});
