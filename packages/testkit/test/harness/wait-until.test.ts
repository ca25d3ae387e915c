import { waitUntil } from "../../src/harness/wait-until";

describe("waitUntil", () => {
  it("looks until there is something and resolves to it", async () => {
    let looks = 0;
    const found = await waitUntil("the third look", () => (++looks === 3 ? "here" : undefined), { intervalMs: 1 });

    expect([found, looks]).toEqual(["here", 3]);
  });

  it("takes false and null for something", async () => {
    expect(await waitUntil("a no", () => false)).toBe(false);
    expect(await waitUntil("nothing", async () => null)).toBeNull();
  });

  it("names what it awaited when the time is over", async () => {
    const waiting = waitUntil("the impossible", () => undefined, { timeoutMs: 5, intervalMs: 1 });

    await expect(waiting).rejects.toThrow("Waited 5 ms in vain for the impossible.");
  });

  it("stops at the first error of the look", async () => {
    const look = jest.fn(() => Promise.reject(new Error("broken")));

    await expect(waitUntil("a look", look)).rejects.toThrow("broken");
    expect(look).toHaveBeenCalledTimes(1);
  });
});
