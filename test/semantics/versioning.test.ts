import type { EpisodeLimits } from "@durable-host/engine";
import { RecordingLogger } from "../../packages/functions/test/fixtures/recording-logger";
import { InProcessHub, type App } from "./in-process-hub";

let isBroken = true;

const app: App = {
  activities: {
    work: (key: string) => key,
    broken: () => {
      if (isBroken) throw new Error("broken");
    },
  },
  orchestrators: {
    // oxlint-disable-next-line require-yield -- as orchestrators that only compute are
    *version({ df }) {
      return df.version;
    },
    *waiting({ df }) {
      const before: string = df.version;
      df.setCustomStatus("waiting");
      yield df.waitForExternalEvent("go");
      return [before, df.version];
    },
    *broken({ df }) {
      yield df.callActivity("broken");
      return df.version;
    },
    *again({ df }) {
      const round: number = df.getInput();
      if (round > 1) return df.version;
      yield df.callActivity("work", `${round}`);
      df.continueAsNew(round + 1);
    },
    *children({ df }) {
      const inherited: string = yield df.callSubOrchestrator("version");
      const own: string = yield df.callSubOrchestrator("version", undefined, undefined, "0.5");
      return [df.version, inherited, own];
    },
    *guarded({ df }) {
      try {
        yield df.callSubOrchestrator("version", undefined, undefined, "3.0");
      } catch (error) {
        return (error as Error).message;
      }
    },
  },
};

let hub: InProcessHub | undefined;
afterEach(() => hub?.stop());

async function start(limits: Partial<EpisodeLimits>, logger = new RecordingLogger()) {
  hub = await InProcessHub.start(app, "verify", { limits, logger });
  return { hub, logger };
}

const versions = (match: "None" | "Strict" | "CurrentOrOlder", onMismatch: "Reject" | "Fail") => ({
  versions: { match, onMismatch },
});

const output = ({ output: text }: { readonly output: string | null }): unknown => JSON.parse(text ?? "null");

describe("the version of an orchestration", () => {
  it("is the host's default, unless the start names another [DF78]", async () => {
    const { hub: one } = await start({ defaultVersion: "1.0", ...versions("CurrentOrOlder", "Fail") });
    const instance = await one.run("version");
    expect(output(instance)).toBe("1.0");
    expect(instance.version).toBe("1.0");
    const id = await one.hub.start({ name: "version", input: null, version: "0.9" });
    expect(output(await one.end(id))).toBe("0.9");
  });

  it("is empty without a default [DF78]", async () => {
    const { hub: one } = await start({});
    expect(output(await one.run("version"))).toBe("");
  });

  it("is the default for children too, whatever their parent's, unless the call names one [DF78]", async () => {
    const { hub: one } = await start({ defaultVersion: "1.0" });
    const id = await one.hub.start({ name: "children", input: null, version: "0.7" });
    expect(output(await one.end(id))).toEqual(["0.7", "1.0", "0.5"]);
  });

  it("stays through continue-as-new and a host with another default [DF78]", async () => {
    const { hub: one } = await start({ defaultVersion: "1.0" });
    const id = await one.hub.start({ name: "again", input: "0", version: "0.7" });
    expect(output(await one.end(id))).toBe("0.7");
    const waiting = await one.startUntil("waiting", "waiting");
    hub = await one.restart(app, { limits: { defaultVersion: "2.0", ...versions("CurrentOrOlder", "Fail") } });
    await hub.hub.raiseEvent(waiting, "go", null);
    expect(output(await hub.end(waiting))).toEqual(["1.0", "1.0"]);
  });
});

describe("a rewound orchestration", () => {
  it("keeps its version [DF78]", async () => {
    const { hub: one } = await start({ defaultVersion: "1.0" });
    const { instanceId } = await one.run("broken");
    hub = await one.restart(app, { limits: { defaultVersion: "2.0", ...versions("CurrentOrOlder", "Fail") } });
    isBroken = false;
    await hub.hub.rewind(instanceId, "mended");
    expect(output(await hub.end(instanceId))).toBe("1.0");
  });
});

describe("an orchestration whose version does not match the host's", () => {
  it.each([
    ["CurrentOrOlder", "1.10", "1.9"],
    ["Strict", "1.10", "1.10"],
    ["None", "1.10", "7.0"],
    ["CurrentOrOlder", "1.10", ""],
  ] as const)("is none under %s with %s and %j [DF79]", async (match, defaultVersion, version) => {
    const { hub: one } = await start({ defaultVersion, ...versions(match, "Fail") });
    const id = await one.hub.start({ name: "version", input: null, version });
    expect(output(await one.end(id))).toBe(version);
  });

  it.each([
    ["CurrentOrOlder", "1.9", "1.10"],
    ["Strict", "1.9", "1.8"],
    ["CurrentOrOlder", "", "1.0"],
  ] as const)(
    "fails at once under %s with %j and %s, if it is to fail [DF79]",
    async (match, defaultVersion, version) => {
      const { hub: one } = await start({ defaultVersion, ...versions(match, "Fail") });
      const id = await one.hub.start({ name: "version", input: null, version });
      const instance = await one.end(id);
      expect(instance).toMatchObject({
        runtimeStatus: "Failed",
        failureDetails: { errorType: "VersionMismatch", isNonRetriable: true },
      });
      expect(instance.output).toContain(`'${version}'`);
      expect(instance.output).toContain(`'${defaultVersion}'`);
    },
  );

  it("fails the task of its parent, which can catch that [DF79]", async () => {
    const { hub: one } = await start({ defaultVersion: "2.0", ...versions("CurrentOrOlder", "Fail") });
    expect(output(await one.run("guarded"))).toMatch(/version '3\.0' of the orchestration does not match/);
  });

  it("is left waiting, reported once, and goes on when a host of its version comes [DF79]", async () => {
    const { hub: one, logger } = await start({ defaultVersion: "1.0", ...versions("CurrentOrOlder", "Reject") });
    const id = await one.hub.start({ name: "version", input: null, version: "2.0" });
    const entries = () => logger.records.filter(({ message }) => message.includes(id));
    const left = () => entries().filter(({ message }) => message.includes("is left to others for"));
    await logger.waitFor("is left to others for");
    expect(output(await one.run("version"))).toBe("1.0");
    expect(await one.hub.getInstance(id)).toMatchObject({ runtimeStatus: "Pending", version: "2.0" });
    expect(left()).toHaveLength(1);
    expect(entries().filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(entries().filter(({ level }) => level === "error")).toHaveLength(0);

    hub = await one.restart(app, { limits: { defaultVersion: "2.0", ...versions("CurrentOrOlder", "Reject") } });
    expect(output(await hub.end(id))).toBe("2.0");
  });

  it("keeps its history and its events while it is left waiting, and can be terminated [DF79]", async () => {
    const { hub: one } = await start({ defaultVersion: "2.0" });
    const waiting = await one.startUntil("waiting", "waiting");
    const doomed = await one.startUntil("waiting", "waiting");
    const older = (hub = await one.restart(app, {
      limits: { defaultVersion: "1.0", ...versions("CurrentOrOlder", "Reject") },
    }));
    await older.hub.raiseEvent(waiting, "go", null);
    await older.hub.terminate(doomed, "not needed");
    expect(await older.end(doomed)).toMatchObject({ runtimeStatus: "Terminated", output: "not needed" });
    expect(await older.hub.getInstance(waiting)).toMatchObject({ runtimeStatus: "Running" });

    hub = await older.restart(app, { limits: { defaultVersion: "2.0", ...versions("CurrentOrOlder", "Reject") } });
    expect(output(await hub.end(waiting))).toEqual(["2.0", "2.0"]);
  });
});
