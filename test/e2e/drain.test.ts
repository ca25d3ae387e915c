import { HostFixture, waitUntil } from "@durable-host/testkit";
import { LiveApp, SLOW_STARTER } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

describe("SIGTERM", () => {
  it("lets a request in flight finish, with the orchestration it starts, and then the app end", async () => {
    const { scriptRoot } = new LiveApp(fixture, SLOW_STARTER);
    const host = await fixture.start({ scriptRoot });
    const client = await fixture.client();
    const answering = client.get("/api/slow");
    await waitUntil("the request to be in flight", () => (host.output.includes("has been entered") ? true : undefined));
    const [answer, exit] = await Promise.all([answering, host.stop()]);

    expect(answer.status).toBe(202);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(host.output).toContain("the app has been told to end");

    await fixture.start({ scriptRoot });
    const { id } = answer.body as { readonly id: string };
    expect((await client.waitForEnd(id)).output).toBe("hello");
  });

  it("takes no new requests while it drains", async () => {
    const { scriptRoot } = new LiveApp(fixture, SLOW_STARTER);
    const host = await fixture.start({ scriptRoot });
    const client = await fixture.client();
    const answering = client.get("/api/slow");
    await waitUntil("the request to be in flight", () => (host.output.includes("has been entered") ? true : undefined));
    const stopping = host.stop();
    await waitUntil("the host to drain", () => (host.output.includes("Stopping") ? true : undefined));
    await expect(client.get("/api/slow")).rejects.toThrow("fetch failed");
    expect((await answering).status).toBe(202);
    expect(await stopping).toMatchObject({ code: 0 });
  });
});
