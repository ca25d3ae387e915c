import type { StorageProvider } from "@durable-host/engine";
import { withFaults } from "../src";

/** A provider that remembers which instances were asked for. */
function aProvider() {
  const asked: string[] = [];
  const provider = {
    name: "fake",
    getInstance: async (instanceId: string) => void asked.push(instanceId),
    purgeInstances: async (instanceIds: readonly string[]) => instanceIds.length,
    onWork: () => () => {},
  } as unknown as StorageProvider;
  return { asked, ...withFaults(provider) };
}

/** Lets everything that is ready to run do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it("passes calls, arguments and answers through while no fault is waiting", async () => {
  const { provider, calls } = aProvider();
  expect(provider.name).toBe("fake");
  await expect(provider.purgeInstances(["a", "b"])).resolves.toBe(2);
  expect(provider.onWork(() => {})).toEqual(expect.any(Function));
  expect(calls("purgeInstances")).toBe(1);
  expect(calls("getInstance")).toBe(0);
});

it("fails a call before it reaches the store, and the one after that not", async () => {
  const { provider, asked, failBefore } = aProvider();
  failBefore("getInstance");
  await expect(provider.getInstance("a")).rejects.toMatchObject({ code: "STORAGE_TRANSIENT" });
  expect(asked).toEqual([]);
  await provider.getInstance("b");
  expect(asked).toEqual(["b"]);
});

it("fails as often as asked, with the error given", async () => {
  const { provider, failBefore } = aProvider();
  failBefore("getInstance", new Error("broken"), 2);
  await expect(provider.getInstance("a")).rejects.toThrow("broken");
  await expect(provider.getInstance("a")).rejects.toThrow("broken");
  await expect(provider.getInstance("a")).resolves.toBeUndefined();
});

it("loses the answer of a call that took effect", async () => {
  const { provider, asked, failAfter } = aProvider();
  failAfter("getInstance");
  await expect(provider.getInstance("a")).rejects.toMatchObject({ code: "STORAGE_TRANSIENT", outcomeUnknown: true });
  expect(asked).toEqual(["a"]);
});

it("holds a call before it reaches the store", async () => {
  const { provider, asked, holdBefore } = aProvider();
  const release = holdBefore("getInstance");
  const call = provider.getInstance("a");
  await settle();
  expect(asked).toEqual([]);
  release();
  await call;
  expect(asked).toEqual(["a"]);
});

it("holds the answer of a call that took effect", async () => {
  const { provider, asked, holdAfter } = aProvider();
  const release = holdAfter("getInstance");
  let answered = false;
  const call = provider.getInstance("a").then(() => (answered = true));
  await settle();
  expect([asked, answered]).toEqual([["a"], false]);
  release();
  await call;
  expect(answered).toBe(true);
});

it("uses up the faults of a method in the order they were set", async () => {
  const { provider, asked, failBefore, failAfter } = aProvider();
  failAfter("getInstance", new Error("first"));
  failBefore("getInstance", new Error("second"));
  await expect(provider.getInstance("a")).rejects.toThrow("first");
  await expect(provider.getInstance("b")).rejects.toThrow("second");
  expect(asked).toEqual(["a"]);
});
