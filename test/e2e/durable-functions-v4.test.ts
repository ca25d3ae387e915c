import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  HostFixture,
  waitUntil,
  type HostProcess,
  type InstanceStatus,
  type ManagementClient,
} from "@durable-host/testkit";

/** The built package; it is not on npm yet. Without it a stand-in on the same SDK speaks for it. */
const BUILT = "DURABLE_FUNCTIONS_V4";
const built = process.env[BUILT] ?? "";

const MODERN_APP = join(__dirname, "apps/modern");
const UNKNOWN = 2;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

jest.setTimeout(60_000);

/** What `createCheckStatusResponse` answers. */
type Links = Readonly<Record<string, string>>;

interface Outcome {
  readonly resolved?: unknown;
  readonly rejected?: string;
  readonly code?: number;
}

/** A host with the app of both generations, `library` being what the modern half of it is on. */
function useModernApp(library: string, args: readonly string[] = []) {
  const fixture = new HostFixture();
  const started: { client?: ManagementClient; host?: HostProcess } = {};
  const start = async (): Promise<void> => {
    started.host = await fixture.start({ scriptRoot: MODERN_APP, args, env: { [BUILT]: library } });
    started.client = await fixture.client();
  };
  beforeAll(start);
  afterAll(() => fixture.dispose());
  const client = (): ManagementClient => {
    if (!started.client) throw new Error("The host has not been started.");
    return started.client;
  };
  return {
    client,
    /** Calls a method of the modern durable client inside the app. */
    call: async (method: string, ...values: unknown[]): Promise<Outcome> =>
      (await client().post(`/api/modernClient/${method}`, values)).body as Outcome,
    /** The answer of `createCheckStatusResponse` for a new instance. */
    begin: async (generation: "classic" | "modern", name: string): Promise<Links> =>
      (await client().post(`/api/${generation}Start/${name}`, null)).body as Links,
    async crashAndRestart(): Promise<void> {
      await started.host?.kill();
      await start();
    },
  };
}

type ModernApp = ReturnType<typeof useModernApp>;

/** The links of an instance that waits for an event. */
async function aWaitingInstance({ client, begin }: ModernApp, generation: "classic" | "modern" = "modern") {
  const links = await begin(generation, `${generation}Waits`);
  const isWaiting = async () => (await statusOf(client(), links)).customStatus === "waiting" || undefined;
  await waitUntil("the instance to wait", isWaiting);
  return links as Links & { readonly id: string };
}

async function statusOf(client: ManagementClient, { statusQueryGetUri = "" }: Links): Promise<InstanceStatus> {
  return (await client.get(statusQueryGetUri)).body as InstanceStatus;
}

const LIBRARIES = [
  ["a stand-in for durable-functions v4 on the same SDK", ""],
  ...(built ? [["durable-functions v4", built]] : []),
];

describe.each(LIBRARIES)("an app on %s beside v3", (_title, library = "") => {
  const app = useModernApp(library);

  it("calls activities, children and entities of both generations from a modern orchestrator [GR73]", async () => {
    const { id = "" } = await app.begin("modern", "modernChain");

    expect(await app.client().waitForEnd(id)).toMatchObject({
      runtimeStatus: "Completed",
      output: ["Hello Ada", "Hi Ada", "classic child of Ada", "modern child of Ada", 1, 2],
    });
    expect(await app.client().entity("modernCounter", "k")).toBe(2);
    expect((await app.client().get("/api/modernEntity/classicCounter/k")).body).toEqual({ state: 1 });
    expect((await app.client().get("/api/modernEntity/classicCounter/none")).body).toEqual({});
  });

  it("calls what is modern from a classic orchestrator, and catches its failures [GR73]", async () => {
    const { id = "" } = await app.begin("classic", "classicChain");

    expect(await app.client().waitForEnd(id)).toMatchObject({
      runtimeStatus: "Completed",
      output: ["Hi Ada", "modern child of Ada", 5, expect.stringContaining("too far")],
    });
  });

  it("goes on after a crash with the history it had [GR73]", async () => {
    const { id } = await aWaitingInstance(app);
    await app.crashAndRestart();
    await app.client().raiseEvent(id, "go", "again");

    expect(await app.client().waitForEnd(id)).toMatchObject({ output: "Hi you: again" });
  });

  it("shows the type of the error in the output of a modern orchestration that has failed", async () => {
    const { id = "" } = await app.begin("modern", "modernFailing");

    expect(await app.client().waitForEnd(id)).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringMatching(/^TaskFailedError: .*too far/s),
    });
  });

  it("refuses to suspend twice and to resume what runs with a status that says nothing more [GR74]", async () => {
    const { id } = await aWaitingInstance(app);

    expect(await app.call("resumeOrchestration", id)).toMatchObject({ code: UNKNOWN });
    expect(await app.call("suspendOrchestration", id)).toEqual({ resolved: null });
    await app.client().waitFor(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    expect(await app.call("suspendOrchestration", id)).toMatchObject({ code: UNKNOWN });
    expect(await app.call("resumeOrchestration", id)).toEqual({ resolved: null });
  });

  it("refuses to terminate and to raise events once an instance has ended, naming its state [GR74]", async () => {
    const { id = "" } = await app.begin("modern", "modernChild");
    await app.client().waitForEnd(id);
    const refused = { code: FAILED_PRECONDITION, rejected: expect.stringContaining("Completed") };

    expect(await app.call("terminateOrchestration", id, null)).toMatchObject(refused);
    expect(await app.call("raiseOrchestrationEvent", id, "go", 1)).toMatchObject(refused);
    for (const method of ["suspendOrchestration", "resumeOrchestration"]) {
      expect(await app.call(method, id)).toMatchObject({ code: UNKNOWN });
    }
  });

  it("says of a missing instance that there is none [GR74]", async () => {
    const calls = ["suspend", "resume", "terminate"].map((verb) => app.call(`${verb}Orchestration`, "nobody", null));

    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ code: NOT_FOUND });
    expect(await app.call("raiseOrchestrationEvent", "nobody", "go", 1)).toMatchObject({ code: NOT_FOUND });
    expect(await app.call("getOrchestrationState", "nobody")).toEqual({ resolved: null });
  });
});

describe.each(LIBRARIES)("management links of an app on %s", (_title, library = "") => {
  const app = useModernApp(library, ["--enable-auth"]);

  const post = async (url = "", json?: unknown): Promise<number> =>
    (await app.client().post(url.replace("{text}", "because"), json)).status;

  it.each(["classic", "modern"] as const)("work as a %s client hands them out, with the key [GR75]", async (kind) => {
    const links = await aWaitingInstance(app, kind);
    const becomes = (status: string) =>
      waitUntil(status, async () => {
        const { runtimeStatus } = await statusOf(app.client(), links);
        return runtimeStatus === status || undefined;
      });

    expect(new URL(links["statusQueryGetUri"] ?? "").searchParams.has("code")).toBe(true);
    expect(await post(links["suspendPostUri"])).toBe(202);
    await becomes("Suspended");
    expect(await post(links["resumePostUri"])).toBe(202);
    await becomes("Running");
    expect(await post(links["sendEventPostUri"]?.replace("{eventName}", "go"), "now")).toBe(202);
    await becomes("Completed");
    expect(await statusOf(app.client(), links)).toMatchObject({ output: "Hi you: now" });
    expect(await post(`${links["restartPostUri"]}&restartWithNewInstanceId=false`)).toBe(202);
    await becomes("Running");
    expect(await post(links["terminatePostUri"])).toBe(202);
    await becomes("Terminated");
    expect((await app.client().request("DELETE", links["purgeHistoryDeleteUri"] ?? "")).body).toEqual({
      instancesDeleted: 1,
    });
  });
});

const withThePackage = built ? describe : describe.skip;

withThePackage(
  `the clients of durable-functions v4${built ? "" : ` (NOT RUN: ${BUILT} names no built package)`}`,
  () => {
    const app = useModernApp(built);

    it("word what a refusal means for the state an instance is in [GR74]", async () => {
      const { id } = await aWaitingInstance(app);

      expect(await app.call("resume", id)).toEqual({
        rejected: "Cannot resume orchestration instance in the Running state.",
      });
      await app.call("suspend", id);
      await app.client().waitFor(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
      expect(await app.call("suspend", id)).toEqual({
        rejected: "Cannot suspend orchestration instance in the Suspended state.",
      });
    });

    it("let everything pass for an instance that has ended, and name one that is missing [GR74]", async () => {
      const { id = "" } = await app.begin("modern", "modernChild");
      await app.client().waitForEnd(id);

      for (const method of ["suspend", "resume", "terminate"]) {
        expect(await app.call(method, id)).toEqual({ resolved: null });
        expect(await app.call(method, "nobody")).toEqual({ rejected: "No instance with ID 'nobody' found." });
      }
      expect(await app.call("raiseEvent", id, "go", 1)).toEqual({ resolved: null });
      expect(await app.call("getStatus", "nobody")).toEqual({ rejected: expect.stringContaining("HTTP 404") });
    });

    it("restart, rewind and purge as those of v3 do [GR74]", async () => {
      const { id: failed = "" } = await app.begin("modern", "modernFailing");
      const { id: ended = "" } = await app.begin("modern", "modernChain");
      await app.client().waitForEnd(failed);
      await app.client().waitForEnd(ended);

      expect(await app.call("restart", ended)).toEqual({ resolved: ended });
      await app.client().waitForEnd(ended);
      expect(await app.call("rewind", failed, "mended")).toEqual({ resolved: null });
      expect(await app.client().waitForEnd(failed)).toMatchObject({ runtimeStatus: "Failed" });
      expect(await app.call("purgeInstanceHistory", ended)).toEqual({ resolved: { instancesDeleted: 1 } });
      expect(await app.call("purgeInstanceHistory", ended)).toEqual({ resolved: { instancesDeleted: 0 } });
    });

    it("have callHttp, which its own functions do for it [GR73]", async () => {
      const url = `${app.client().baseUrl}/api/modernEntity/modernCounter/none`;
      const id = await app.client().start("modernHttp", url);

      expect(await app.client().waitForEnd(id)).toMatchObject({ output: { statusCode: 200, content: "{}" } });
    });

    it("are told why the library's own HTTP orchestrator cannot be started by itself [GR74]", async () => {
      const { id = "" } = await app.begin("modern", "BuiltIn__HttpPollOrchestrator");

      expect(await app.client().waitForEnd(id)).toMatchObject({
        runtimeStatus: "Failed",
        output: expect.stringContaining("cannot be started as a top-level orchestration"),
      });
    });
  },
);

describe("gRPC", () => {
  it("is not loaded by hosts of apps that do not need it", () => {
    const main = JSON.stringify(join(__dirname, "../../packages/cli/dist/main.js"));
    const loaded = "Object.keys(require.cache).filter((file) => /grpc-js|packages.grpc|google-protobuf/.test(file))";
    const code = `process.once("exit", () => console.log(JSON.stringify(${loaded}))); require(${main})`;
    const output = execFileSync(process.execPath, ["-e", code, "durable-host", "--version"], { encoding: "utf8" });

    expect(output.trim().split("\n").at(-1)).toBe("[]");
  });
});
