import { checkRecordKey, type RecordStore, type StoredRecord } from "@durable-host/engine";
import { numberOf, textOf, type Row } from "../rows";
import type { Store } from "../store";

/** The records of the store that is open at the time of each call. */
export function createRecordStore(store: () => Store): RecordStore {
  return {
    get: async (key) => {
      const { journal, statements } = store();
      return journal.read(() => recordOf(statements.selectRecord.get(key)));
    },
    put: async (key, value, expectedVersion) => {
      checkRecordKey(key);
      return store().journal.submit((transaction) => {
        const present = recordOf(transaction.sql.selectRecord.get(key));
        const version = (expectedVersion ?? 0) + 1;
        if (present?.version === version && present.value === value) return true;
        if (present?.version !== expectedVersion) return false;
        transaction.sql.writeRecord.run(key, value, version);
        transaction.changed = true;
        return true;
      });
    },
    delete: async (key) =>
      store().journal.submit((transaction) => {
        transaction.sql.deleteRecord.run(key);
        transaction.changed = true;
      }),
    list: async (prefix) => {
      const { journal, statements } = store();
      return journal.read(() => statements.selectRecords.all(prefix).flatMap((row: Row) => recordOf(row) ?? []));
    },
  };
}

function recordOf(row: Row | undefined): StoredRecord | undefined {
  return row && { key: textOf(row, "key"), value: textOf(row, "value"), version: numberOf(row, "version") };
}
