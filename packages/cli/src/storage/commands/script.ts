import type { StorageCommand } from "../storage-command";

/** Prints what init would do, for whoever holds the rights. */
export const script: StorageCommand = {
  name: "script",
  description: "print the whole set-up as a T-SQL script for a database administrator; nothing is connected to",
  takesCreateDatabase: false,
  async runOffline(schema) {
    const { renderSchemaScript } = await import("@durable-host/mssql");
    const text = renderSchemaScript(schema);
    return { json: { schema, script: text }, lines: [text], exitCode: 0 };
  },
};
