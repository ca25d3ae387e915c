import { ErrorRecorder } from "@durable-host/testkit";
import { DurableHostError } from "@durable-host/engine";
import type { HubRuntime } from "@durable-host/grpc";
import { SchedulerHubs, type HubDirectoryOptions, type OpenHub } from "../../src/scheduler/hub-directory";

/** Hubs that are only names, and what was done to them. */
function directory(options: Partial<HubDirectoryOptions>) {
  const done: string[] = [];
  const open = async (name: string): Promise<OpenHub> => {
    done.push(`open ${name}`);
    return {
      // The directory hands them on and looks at nothing but their name.
      runtime: { name } as HubRuntime,
      failed: new Promise(() => undefined),
      stopWork: async () => void done.push(`stop ${name}`),
      close: async () => void done.push(`close ${name}`),
    };
  };
  const logger = new ErrorRecorder();
  const hubs = new SchedulerHubs({
    names: ["One"],
    dynamic: false,
    open,
    onFailure: () => undefined,
    logger,
    ...options,
  });
  return { hubs, done, logger };
}

const nameOf = async (hubs: SchedulerHubs, name?: string) => (await hubs.find(name))?.name;

describe("the task hubs of a scheduler", () => {
  it("are opened at the start, found without regard to case, and the first without a name [GR78]", async () => {
    const { hubs, done } = directory({ names: ["One", "two"] });
    await hubs.start();
    expect([await nameOf(hubs), await nameOf(hubs, "ONE"), await nameOf(hubs, "Two")]).toEqual(["One", "One", "two"]);
    expect(await nameOf(hubs, "three")).toBeUndefined();
    expect(done).toEqual(["open One", "open two"]);
  });

  it("are opened once when several calls ask for a new one at a time [GR78]", async () => {
    const { hubs, done } = directory({ names: [], dynamic: true });
    expect(await Promise.all([nameOf(hubs, "New"), nameOf(hubs, "new")])).toEqual(["New", "New"]);
    expect(done).toEqual(["open New"]);
    expect(hubs.open().map(({ name }) => name)).toEqual(["New"]);
  });

  it.each(["../up", "a b", "", "x".repeat(51)])("are not opened under a name like '%s'", async (name) => {
    const { hubs, done } = directory({ names: [], dynamic: true });
    expect(await nameOf(hubs, name)).toBeUndefined();
    expect(done).toEqual([]);
  });

  it("are tried again when opening one has failed", async () => {
    let isBroken = true;
    const { hubs: working } = directory({ names: [], dynamic: true });
    const { hubs, logger } = directory({
      names: ["one"],
      async open(name) {
        if (isBroken) throw new DurableHostError("STORE_IN_USE", "Another process has the store open.");
        const runtime = await working.find(name);
        if (!runtime) throw new Error("none");
        return { runtime, failed: new Promise(() => undefined), stopWork: async () => {}, close: async () => {} };
      },
    });
    await expect(hubs.start()).rejects.toMatchObject({ code: "STORE_IN_USE" });
    expect(logger.errors[0]?.[0]).toContain("'one' cannot be opened");
    isBroken = false;
    await hubs.start();
    expect(await nameOf(hubs)).toBe("one");
  });

  it("end their work before they are closed, and none is opened meanwhile", async () => {
    const { hubs, done } = directory({ names: ["a"], dynamic: true });
    await hubs.start();
    await hubs.stopWork(0);
    expect(await nameOf(hubs, "b")).toBeUndefined();
    await hubs.close();
    expect(done).toEqual(["open a", "stop a", "close a"]);
  });
});
