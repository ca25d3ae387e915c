import { HostFixture } from "@durable-host/testkit";
import type { ManagementClient } from "@durable-host/testkit";
import { ACCEPTANCE_APP } from "./reference-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;

beforeAll(async () => {
  await fixture.start({ scriptRoot: ACCEPTANCE_APP });
  client = await fixture.client();
});
afterAll(() => fixture.dispose());

type Outcome = { readonly resolved: unknown } | { readonly rejected: string };

/** Calls a method of the SDK's client inside the app. */
async function sdk(method: string, ...args: unknown[]): Promise<Outcome> {
  return (await client.post(`/api/client/${method}`, args)).body as Outcome;
}

const SILENTLY: Outcome = { resolved: null };

async function aWaitingInstance(): Promise<string> {
  const id = await client.start("waits");
  await client.waitFor(id, ({ customStatus }) => customStatus === "waiting");
  return id;
}

async function aCompletedInstance(): Promise<string> {
  const id = await client.start("describeInput");
  await client.waitForEnd(id);
  return id;
}

describe("startNew", () => {
  it("without an input gives the orchestrator an empty string [DF8]", async () => {
    const { resolved } = (await sdk("startNew", "describeInput")) as { readonly resolved: string };
    const { input, output } = await client.waitForEnd(resolved);

    expect({ input, output }).toEqual({ input: "", output: { type: "string", value: "" } });
  });

  it("hands its input over as a value, and takes an id", async () => {
    const input = { a: [1, "2", null] };
    expect(await sdk("startNew", "describeInput", { input, instanceId: "given-id" })).toEqual({ resolved: "given-id" });
    expect((await client.waitForEnd("given-id")).output).toEqual({ type: "object", value: input });
  });

  it("rejects for an id that is active, and leaves that instance alone [DF5]", async () => {
    const id = await aWaitingInstance();
    const outcome = await sdk("startNew", "echo", { instanceId: id, input: 1 });

    expect(outcome).toEqual({ rejected: expect.stringContaining("unexpected status code: 500") });
    expect(outcome).toEqual({ rejected: expect.stringContaining("already exists") });
    await client.raiseEvent(id, "go", "still here");
    expect(await client.waitForEnd(id)).toMatchObject({ name: "waits", output: "still here" });
  });
});

describe("raiseEvent", () => {
  it("resolves for an instance that has completed, and changes nothing [DF20]", async () => {
    const id = await aCompletedInstance();
    const before = await client.status(id);

    expect(await sdk("raiseEvent", id, "go", 1)).toEqual(SILENTLY);
    expect(await client.status(id)).toEqual(before);
  });

  it("rejects for an unknown instance [DF20]", async () => {
    expect(await sdk("raiseEvent", "nobody", "go", 1)).toEqual({ rejected: "No instance with ID 'nobody' found." });
  });
});

describe("terminate", () => {
  it("resolves, also when the instance has ended before [DF21]", async () => {
    const id = await aWaitingInstance();

    expect(await sdk("terminate", id, "enough")).toEqual(SILENTLY);
    expect(await client.waitForEnd(id)).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
    expect(await sdk("terminate", id, "again")).toEqual(SILENTLY);
    expect(await client.status(id)).toMatchObject({ output: "enough" });
  });
});

describe("suspend and resume", () => {
  it("reject with the status 500 when the instance is in that state already [DF25]", async () => {
    const id = await aWaitingInstance();
    const refused = { rejected: expect.stringContaining("unexpected status code: 500") };

    expect(await sdk("resume", id, "it runs")).toEqual(refused);
    expect(await sdk("suspend", id, "hold")).toEqual(SILENTLY);
    await client.waitFor(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    expect(await sdk("suspend", id, "twice")).toEqual(refused);
    expect(await sdk("resume", id, "go on")).toEqual(SILENTLY);
    await client.waitFor(id, ({ runtimeStatus }) => runtimeStatus === "Running");
  });

  it("resolve for an instance that has completed [DF26]", async () => {
    const id = await aCompletedInstance();

    expect([await sdk("suspend", id, "late"), await sdk("resume", id, "late")]).toEqual([SILENTLY, SILENTLY]);
    expect(await client.status(id)).toMatchObject({ runtimeStatus: "Completed" });
  });
});

describe("rewind", () => {
  it("rejects with the host's words for an instance that has not failed, and for an unknown one [DF28]", async () => {
    const id = await aCompletedInstance();

    expect(await sdk("rewind", id, "why not")).toEqual({ rejected: expect.stringMatching(/failed/i) });
    expect(await sdk("rewind", id, "why not")).not.toEqual({ rejected: expect.stringContaining("unexpected") });
    expect(await sdk("rewind", "nobody", "why not")).toEqual({ rejected: expect.stringContaining("nobody") });
  });
});

describe("management URLs", () => {
  it("have the origin of the request when they answer one [DF82]", async () => {
    const port = await fixture.port();
    for (const origin of [`http://localhost:${port}`, `http://127.0.0.1:${port}`]) {
      const answer = await client.get(`${origin}/api/check-status/some-id`);
      const links = answer.body as Record<string, string>;
      const { id, ...urls } = links;

      expect(answer.status).toBe(202);
      expect([answer.headers.get("location"), answer.headers.get("retry-after")]).toEqual([
        links["statusQueryGetUri"],
        "10",
      ]);
      expect(id).toBe("some-id");
      expect(Object.keys(urls)).toContain("rewindPostUri");
      const base = `${origin}/runtime/webhooks/durabletask/instances/some-id`;
      expect(Object.values(urls).filter((url) => !url.startsWith(base))).toEqual([]);
    }
  });

  it("have the origin that the host is known by when there is no request, not the SDK's default one [DF82]", async () => {
    const id = await aCompletedInstance();
    const { resolved } = (await sdk("createHttpManagementPayload", id)) as { resolved: Record<string, string> };
    const url = String(resolved["statusQueryGetUri"]);

    expect(new URL(url).origin).toBe(`http://localhost:${await fixture.port()}`);
    expect((await client.get(url)).body).toMatchObject({ instanceId: id, runtimeStatus: "Completed" });
  });
});

describe("waitForCompletionOrCreateCheckStatusResponse", () => {
  it("answers 200 with the output of what completes [DF83]", async () => {
    const answer = await client.post("/api/start-and-wait/echo", { a: 1 });
    expect([answer.status, answer.body]).toEqual([200, { a: 1 }]);
  });

  it("answers 500 with the status of what fails [DF83]", async () => {
    const answer = await client.post("/api/start-and-wait/fails", "no stock");
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ runtimeStatus: "Failed", output: expect.stringContaining("no stock") });
  });

  it("answers 202 with links when the time is over [DF83]", async () => {
    const answer = await client.post("/api/start-and-wait/waits", null);
    const { id, statusQueryGetUri } = answer.body as Record<string, string>;

    expect([answer.status, answer.headers.get("location")]).toEqual([202, statusQueryGetUri]);
    expect(await client.status(String(id))).toMatchObject({ name: "waits", runtimeStatus: "Running" });
  });
});

describe("getStatusAll", () => {
  it("returns the instances of all pages [DF15]", async () => {
    const ids = await Promise.all(
      Array.from({ length: 101 }, (_, n) => client.start("describeInput", n, `of-many-${n}`)),
    );
    await Promise.all(ids.map((id) => client.waitForEnd(id)));
    const { resolved } = (await sdk("getStatusAll")) as { resolved: readonly { readonly instanceId: string }[] };
    const found = new Set(resolved.map(({ instanceId }) => instanceId));

    expect(found.size).toBe(resolved.length);
    expect(ids.filter((id) => !found.has(id))).toEqual([]);
  });
});
