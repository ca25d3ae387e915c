import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil, type ManagementClient } from "@durable-host/testkit";
import { ContainerProcess, whyNoTree } from "./container/container-process";
import { readDockerfile } from "./container/dockerfile";
import { REFERENCE_APP, addStock, anOrder, placeOrder } from "./reference-app";

jest.setTimeout(60_000);

const image = readDockerfile(join(REFERENCE_APP, "deploy/Dockerfile"));
const obstacle = whyNoTree();
const describeTree = obstacle === undefined ? describe : describe.skip;

describeTree(`the image's command in the image's file tree${obstacle ? ` (NOT RUN: ${obstacle})` : ""}`, () => {
  const fixture = new HostFixture();
  const containers: ContainerProcess[] = [];
  afterEach(async () => {
    await Promise.all(containers.splice(0).map((container) => container.dispose()));
    await fixture.dispose();
  });

  async function run(env: Readonly<Record<string, string>> = {}): Promise<ContainerProcess> {
    const port = await fixture.port();
    const container = new ContainerProcess({
      image,
      root: fixture.directory(),
      volume: fixture.dataDir,
      env: { PORT: String(port), SQLDB_Connection: "UseDevelopmentStorage=true", ...env },
    });
    containers.push(container);
    await container.ready(port);
    return container;
  }

  it("serves the app as a user without rights, on a root file system that nobody can write to [FH81]", async () => {
    const container = await run();
    const client = await fixture.client();
    const started = await client.post("/api/orchestrators/helloCities");
    const { statusQueryGetUri } = started.body as { readonly statusQueryGetUri: string };
    const ended = await waitUntil("the orchestration to end", async () => {
      const answer = await client.get(statusQueryGetUri);
      return answer.status === 200 ? answer.body : undefined;
    });

    expect(ended).toMatchObject({ output: ["Hello Tokyo", "Hello Seattle", "Hello London"] });
    expect(statusOf(container.pid)).toMatchObject({ NoNewPrivs: "1", CapEff: "0000000000000000", process: "1" });
    expect(writableMounts(container.pid)).toEqual([image.volume]);
  });

  it("asks for keys where the app has no say: in the management API", async () => {
    await run();
    const answer = await (await fixture.client()).get("/runtime/webhooks/durabletask/instances");
    expect(answer.status).toBe(401);
  });

  it("drains when the engine stops it, ends with 0, and goes on with its volume", async () => {
    const slow = { SIMULATED_LATENCY_MILLISECONDS: "500", SHIPMENT_TRANSIT_SECONDS: "0" };
    const container = await run(slow);
    const client = await fixture.client();
    const id = await placeStockedOrder(client);
    expect(await container.stop(image.stopSignal)).toEqual({ code: 0, signal: null });
    expect(container.output).toContain("Stopped.");

    await run(slow);
    const result = await waitUntil(
      "the order to be shipped",
      async () => ((await client.get(`/api/orders/${id}`)).body as { readonly result?: object }).result ?? undefined,
    );
    expect(result).toMatchObject({ status: "Shipped" });
  });

  it("is healthy by its own check while it runs, and not before", async () => {
    const port = String(await fixture.port());
    expect(checkHealth(port)).toBe(1);
    await run();
    expect(checkHealth(port)).toBe(0);
  });
});

async function placeStockedOrder(client: ManagementClient): Promise<string> {
  await addStock(client, "book", 5);
  return placeOrder(client, anOrder());
}

function checkHealth(PORT: string): number | null {
  const [, ...args] = image.healthCheck;
  return spawnSync(process.execPath, args, { env: { PORT } }).status;
}

/** Facts of a process from /proc; `process` is its number inside. */
function statusOf(pid: number): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
  const facts = Object.fromEntries(lines.map((line) => line.split(":\t") as [string, string]));
  return { ...facts, process: facts["NSpid"]?.split("\t").at(-1) ?? "" };
}

/** What a process can write to, but for devices and the kernel's own. */
function writableMounts(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/mounts`, "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, path = "", , options = ""]) => /^rw\b/.test(options) && !/^\/(?:dev|proc)\b/.test(path))
    .map(([, path = ""]) => path);
}
