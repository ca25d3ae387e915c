import { HostLifecycle } from "../../src/start/host-lifecycle";

describe("HostLifecycle", () => {
  afterEach(() => jest.useRealTimers());

  it("lets requests wait until the host runs, and then not at all", async () => {
    const lifecycle = new HostLifecycle();
    const early = lifecycle.ready();
    expect(early).toBeInstanceOf(Promise);
    lifecycle.to("Running");
    expect(await early).toBe(true);
    expect(lifecycle.ready()).toBe(true);
  });

  it("answers requests that were accepted before it drains", () => {
    const lifecycle = new HostLifecycle();
    lifecycle.to("Running");
    lifecycle.to("Stopping");
    expect(lifecycle.state).toBe("Stopping");
    expect(lifecycle.ready()).toBe(true);
  });

  it("turns waiting requests away when the start is given up or takes over 30 seconds", async () => {
    jest.useFakeTimers();
    const lifecycle = new HostLifecycle();
    const late = lifecycle.ready();
    jest.advanceTimersByTime(30_000);
    expect(await late).toBe(false);
    const given = lifecycle.ready();
    lifecycle.to("Stopping");
    expect(await given).toBe(false);
  });
});
