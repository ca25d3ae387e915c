import type { StorageCommand } from "../storage-command";
import { describeOutcome } from "../describe-outcome";

/** Sets up what is missing; safe to run again. */
export const init: StorageCommand = {
  name: "init",
  description: "set the schema up where it is missing, upgrade it where it is older",
  takesCreateDatabase: true,
  async run({ schema, database, createDatabase, client, openMaster }) {
    const { createDatabaseIfMissing, createSchema } = await import("@durable-host/mssql");
    if (createDatabase) {
      const master = openMaster();
      try {
        await createDatabaseIfMissing(master, database);
      } finally {
        await master.close();
      }
    }
    return describeOutcome(schema, database, await createSchema(client, schema));
  },
};
