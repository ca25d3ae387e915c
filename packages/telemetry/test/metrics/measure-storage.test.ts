import type { StorageProvider } from "@durable-host/engine";
import { measureStorage } from "../../src/metrics/measure-storage";

class Provider {
  readonly #instances = new Map([["known", 1]]);
  canDescribe = false;
  readonly name = "test";

  async getInstance(id: string): Promise<number | undefined> {
    if (id === "broken") throw new Error("no disk");
    return this.#instances.get(id);
  }

  get describeWork(): (() => Promise<string>) | undefined {
    return this.canDescribe ? async () => "described" : undefined;
  }

  isReachable(): boolean {
    return true;
  }
}

describe("a measured store", () => {
  it("answers as before, and each call is told with how it ended", async () => {
    const told: [string, boolean, boolean][] = [];
    const inner = new Provider();
    const provider = measureStorage(inner as unknown as StorageProvider, (operation, succeeded, ms) =>
      told.push([operation, succeeded, ms >= 0]),
    );

    expect(await provider.getInstance("known")).toBe(1);
    await expect(provider.getInstance("broken")).rejects.toThrow("no disk");
    expect(told).toEqual([
      ["getInstance", true, true],
      ["getInstance", false, true],
    ]);
    expect(provider.name).toBe("test");
    expect(provider.isReachable?.()).toBe(true);
  });

  it("has what the store has at that moment", () => {
    const inner = new Provider();
    const provider = measureStorage(inner as unknown as StorageProvider, () => undefined);

    expect(provider.describeWork).toBeUndefined();
    inner.canDescribe = true;
    expect(provider.describeWork).toBeDefined();
    expect(provider.lockInstance).toBeUndefined();
  });
});
