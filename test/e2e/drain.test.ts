import { HostFixture, waitUntil } from "@durable-host/testkit";
import { LISTENING_ACTIVITY, LiveApp, SLOW_STARTER } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

function noAnswerYet(): undefined {
  return undefined;
}

describe("SIGTERM", () => {
  it("lets a request in flight finish, with the orchestration it starts, and then the app end [FH14]", async () => {
    const { scriptRoot } = new LiveApp(fixture, SLOW_STARTER);
    const host = await fixture.start({ scriptRoot });
    const client = await fixture.client();
    const answering = client.get("/api/slow");
    await host.prints("has been entered");
    const [answer, exit] = await Promise.all([answering, host.stop()]);

    expect(answer.status).toBe(202);
    expect(exit).toEqual({ code: 0, signal: null });
    await host.prints("the app has been told to end");

    await fixture.start({ scriptRoot });
    const { id } = answer.body as { readonly id: string };
    expect((await client.waitForEnd(id)).output).toBe("hello");
  });

  it("takes no new requests while it drains", async () => {
    const { scriptRoot } = new LiveApp(fixture, SLOW_STARTER);
    const host = await fixture.start({ scriptRoot });
    const client = await fixture.client();
    const answering = client.get("/api/slow");
    await host.prints("has been entered");
    const stopping = host.stop();
    await host.prints("Stopping");
    await waitUntil("new requests to be refused", () => client.get("/nothing").then(noAnswerYet, () => true as const));
    expect((await answering).status).toBe(202);
    expect(await stopping).toMatchObject({ code: 0 });
  });

  it("is told to a running activity, which ends early and is run again after the next start", async () => {
    const { scriptRoot } = new LiveApp(fixture, LISTENING_ACTIVITY);
    const host = await fixture.start({ scriptRoot });
    const client = await fixture.client();
    const { id } = (await client.post("/api/start")).body as { readonly id: string };
    await host.prints("copying, try 1");
    expect(await host.stop()).toEqual({ code: 0, signal: null });
    await host.prints("told: HOST_STOPPING");

    const next = await fixture.start({ scriptRoot });
    const ended = await client.waitForEnd(id);
    expect([ended.runtimeStatus, ended.output]).toEqual(["Completed", "copied in try 2"]);
    expect(next.output).not.toContain("copying, try 3");
  });
});
