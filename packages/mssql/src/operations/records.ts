import { checkRecordKey, type RecordStore, type StoredRecord } from "@durable-host/engine";
import type { Row, SqlParameter } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { callHost, type Store } from "../store";

/** What the hosts on a task hub share. */
export function createRecordStore(store: Store): RecordStore {
  return {
    get: async (key) => (await readRecords(store, key, false))[0],
    list: async (prefix) => readRecords(store, prefix, true),
    async put(key, value, expectedVersion) {
      checkRecordKey(key);
      const { returnValue } = await callHost(store, "PutRecord", [
        recordKey(key),
        { name: "Value", type: "nvarchar", value },
        { name: "ExpectedVersion", type: "bigint", value: expectedVersion ?? null },
      ]);
      return returnValue === 1;
    },
    async delete(key) {
      await callHost(store, "DeleteRecord", [recordKey(key)]);
    },
  };
}

async function readRecords(store: Store, key: string, isPrefix: boolean): Promise<readonly StoredRecord[]> {
  const { sets } = await callHost(store, "GetRecords", [
    recordKey(key),
    { name: "IsPrefix", type: "bit", value: isPrefix },
  ]);
  return (sets[0] ?? []).map(recordOf);
}

function recordOf(row: Row): StoredRecord {
  const columns = new Columns(row);
  return { key: columns.text("RecordKey"), value: columns.text("Value"), version: columns.number("Version") };
}

function recordKey(value: string): SqlParameter {
  return { name: "RecordKey", type: "nvarchar", length: 200, value };
}
