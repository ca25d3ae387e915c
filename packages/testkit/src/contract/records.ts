import type { RecordStore } from "@durable-host/engine";
import type { TestHub } from "./test-hub";

/** What hosts share beside instances, in stores that can hold it. */
export function describeRecords(hub: () => TestHub): void {
  const withRecords = (check: (records: RecordStore) => Promise<void>) => async (): Promise<void> => {
    const { records } = hub().provider;
    if (records !== undefined) await check(records);
  };

  describe("records", () => {
    it(
      "has none under a key that was never written",
      withRecords(async (records) => {
        expect(await records.get("timer:a")).toBeUndefined();
        expect(await records.list("timer:")).toEqual([]);
      }),
    );

    it(
      "keeps a record with a version that rises with each change",
      withRecords(async (records) => {
        expect(await records.put("timer:a", '{"n":1,"text":"š😀"}', undefined)).toBe(true);
        expect(await records.get("timer:a")).toEqual({ key: "timer:a", value: '{"n":1,"text":"š😀"}', version: 1 });
        expect(await records.put("timer:a", "two", 1)).toBe(true);
        expect(await records.get("timer:a")).toEqual({ key: "timer:a", value: "two", version: 2 });
      }),
    );

    it(
      "refuses a change by somebody who has not seen the last one",
      withRecords(async (records) => {
        await records.put("timer:a", "one", undefined);
        expect(await records.put("timer:a", "other", undefined)).toBe(false);
        await records.put("timer:a", "two", 1);
        expect(await records.put("timer:a", "other", 1)).toBe(false);
        expect(await records.put("timer:b", "other", 1)).toBe(false);
        expect(await records.get("timer:a")).toMatchObject({ value: "two" });
        expect(await records.get("timer:b")).toBeUndefined();
      }),
    );

    it(
      "lets a change be repeated by whoever lost the answer to it",
      withRecords(async (records) => {
        await records.put("timer:a", "one", undefined);
        expect(await records.put("timer:a", "one", undefined)).toBe(true);
        expect(await records.get("timer:a")).toMatchObject({ version: 1 });
      }),
    );

    it(
      "lets one of many win who change the same version",
      withRecords(async (records) => {
        await records.put("timer:a", "one", undefined);
        const won = await Promise.all([1, 2, 3, 4, 5].map((n) => records.put("timer:a", `by ${n}`, 1)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await records.get("timer:a")).toMatchObject({ value: `by ${won.indexOf(true) + 1}`, version: 2 });
      }),
    );

    it(
      "lists those whose keys begin alike, in order, and takes no character for a wildcard",
      withRecords(async (records) => {
        for (const key of ["key:b", "key:a", "keys", "timer:a", "key_c"]) await records.put(key, key, undefined);
        expect((await records.list("key:")).map(({ key }) => key)).toEqual(["key:a", "key:b"]);
        expect((await records.list("key_")).map(({ key }) => key)).toEqual(["key_c"]);
      }),
    );

    it(
      "forgets a deleted record, and keeps records when the task hub is deleted",
      withRecords(async (records) => {
        await records.put("key:a", "a", undefined);
        await records.put("key:b", "b", undefined);
        await records.delete("key:a");
        await records.delete("key:never");
        await hub().provider.deleteTaskHub();
        expect((await records.list("")).map(({ key }) => key)).toEqual(["key:b"]);
        expect(await records.put("key:a", "again", undefined)).toBe(true);
      }),
    );

    it(
      "refuses keys that not every store could tell apart",
      withRecords(async (records) => {
        for (const key of ["", "Upper", "a b", "ü", "x".repeat(201)]) {
          await expect(records.put(key, "", undefined)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        }
      }),
    );
  });
}
