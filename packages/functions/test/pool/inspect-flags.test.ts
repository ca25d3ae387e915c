import { inspectOptionsOf, readInspectFlags } from "../../src/pool/inspect-flags";

describe("flags for a debugger", () => {
  it.each([
    [["--inspect"], { host: "127.0.0.1", port: 9229, mode: "run" }],
    [["--inspect=9300"], { host: "127.0.0.1", port: 9300, mode: "run" }],
    [["--inspect=0.0.0.0:9300"], { host: "0.0.0.0", port: 9300, mode: "run" }],
    [["--inspect=localhost"], { host: "localhost", port: 9229, mode: "run" }],
    [["--inspect-port=9400", "--inspect-brk"], { host: "127.0.0.1", port: 9400, mode: "break" }],
    [["--inspect=9300", "--inspect-wait=9301"], { host: "127.0.0.1", port: 9301, mode: "wait" }],
  ])("%j mean %j, as for Node.js itself", (flags, inspect) => {
    expect(readInspectFlags(flags)).toEqual({ nodeArguments: [], inspect });
  });

  it("leave the other flags as they are", () => {
    expect(readInspectFlags(["--stack-size=2000", "--inspect", "--inspector-x"])).toMatchObject({
      nodeArguments: ["--stack-size=2000", "--inspector-x"],
    });
    expect(readInspectFlags(["--inspect-port=9"])).toEqual({ nodeArguments: [] });
  });

  it("give each worker a port of its own, unless the system chooses", () => {
    const { inspect } = readInspectFlags(["--inspect=9300"]);
    expect([0, 2].map((worker) => inspectOptionsOf(inspect, worker)?.port)).toEqual([9300, 9302]);
    expect(inspectOptionsOf(readInspectFlags(["--inspect=0"]).inspect, 2)?.port).toBe(0);
    expect(inspectOptionsOf(undefined, 0)).toBeUndefined();
  });
});
