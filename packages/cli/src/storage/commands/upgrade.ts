import { CommandFailure } from "../../durable/command-failure";
import type { StorageCommand } from "../storage-command";
import { describeOutcome } from "../describe-outcome";

/** Upgrades what is there; a wrong connection string must not make a new schema somewhere else. */
export const upgrade: StorageCommand = {
  name: "upgrade",
  description: "upgrade a schema that exists to what this release needs",
  takesCreateDatabase: false,
  async run({ schema, database, client }) {
    const { createSchema, inspectSchema } = await import("@durable-host/mssql");
    const { state } = await inspectSchema(client, schema);
    if (state === "absent") {
      throw new CommandFailure(
        `The database ${database} has no schema ${schema} to upgrade. Set it up with durable-host storage init, or name ` +
          "another with --schema.",
      );
    }
    return describeOutcome(schema, database, await createSchema(client, schema));
  },
};
