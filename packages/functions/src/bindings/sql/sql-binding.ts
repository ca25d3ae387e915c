import { DurableHostError } from "@durable-host/engine";
import { setting } from "../../config/app-settings";
import type { BindingInfo } from "../../worker/registered-function";
import { resolveSettings } from "../binding-expression";
import type { BindingServices } from "../binding-type";
import type { SqlDatabase } from "./sql-database";

/** The command or the table that a binding names, its settings filled in. Throws CONFIG_INVALID. */
export function commandText({ commandText: text }: BindingInfo, { settings }: BindingServices): string {
  if (typeof text === "string" && text.trim() !== "") return resolveSettings(text, settings);
  throw new DurableHostError("CONFIG_INVALID", "its sql binding has no commandText.");
}

/** The database of a binding; connected at the first call. Throws CONFIG_INVALID when its connection is not set. */
export function sqlDatabase(
  { connectionStringSetting }: BindingInfo,
  { settings, openSqlDatabase }: BindingServices,
): () => Promise<SqlDatabase> {
  if (openSqlDatabase === undefined) throw new Error("SQL bindings are not available here.");
  const name = typeof connectionStringSetting === "string" ? resolveSettings(connectionStringSetting, settings) : "";
  const connectionString = name && setting(settings, name);
  if (!connectionString) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      name === ""
        ? "its sql binding has no connectionStringSetting."
        : `the app setting ${name}, which its sql binding names as connectionStringSetting, has no value. Set it to the connection string of the database.`,
    );
  }
  return () => openSqlDatabase(connectionString);
}
