import { ManualClock } from "@durable-host/testkit";
import type { HostKeys } from "../../src/keys/host-keys";
import { KeyRing } from "../../src/keys/key-ring";

function keysWith(master: string): HostKeys {
  return { master, functions: new Map(), systems: new Map([["s", "system"]]), perFunction: new Map() };
}

function request(query: string, key?: string): { url: URL; headers: Record<string, string> } {
  return {
    url: new URL(`http://localhost/admin${query}`),
    headers: key === undefined ? {} : { "x-functions-key": key },
  };
}

describe("a request", () => {
  const ring = new KeyRing({ read: () => keysWith("m+1"), clock: new ManualClock() });

  it.each([
    [request("?code=m%2B1"), true],
    [request("?CODE=m%2B1"), true],
    [request("", "m+1"), true],
    [request("?code=m%2B1", "wrong"), false],
    [request("?code=wrong"), false],
    [request(""), false],
  ])("presents its key in the header, or else in the query (%#)", (presented, admitted) => {
    expect(ring.admits(presented, { type: "admin" })).toBe(admitted);
  });
});

describe("an unknown key", () => {
  it("makes the ring look for new keys, at most once a minute", () => {
    const clock = new ManualClock();
    let reads = 0;
    let master = "old";
    const ring = new KeyRing({ read: () => (reads++, keysWith(master)), clock });
    master = "new";

    expect(ring.admits(request("", "new"), { type: "admin" })).toBe(false);
    clock.advance(60_000);
    expect(ring.admits(request("", "new"), { type: "admin" })).toBe(true);
    expect(ring.admits(request("", "old"), { type: "admin" })).toBe(false);
    expect(reads).toBe(2);
  });

  it("leaves the known keys in force when the new ones cannot be read", () => {
    const clock = new ManualClock();
    let broken = false;
    const read = () => {
      if (broken) throw new Error("half a file");
      return keysWith("m");
    };
    const ring = new KeyRing({ read, clock });
    broken = true;
    clock.advance(60_000);

    expect(ring.admits(request("", "other"), { type: "admin" })).toBe(false);
    expect(ring.admits(request("", "m"), { type: "admin" })).toBe(true);
  });
});
