import { DurableHostError } from "@durable-host/engine";
import type { BindingInfo } from "../../worker/registered-function";
import type { BindingServices, InputBinding } from "../binding-type";
import { commandText, sqlDatabase } from "./sql-binding";
import type { SqlSelection } from "./sql-database";
import { sqlParameters } from "./sql-parameters";

/**
 * `input.sql`: an array of rows (contract §5.3). Whoever triggers the function has a say in parameters only, not in the command.
 */
export function sqlInput(binding: BindingInfo, services: BindingServices): InputBinding {
  const kind = kindOf(binding["commandType"]);
  const text = commandText(binding, services);
  const parameters = sqlParameters(String(binding["parameters"] ?? ""), services.settings);
  const open = sqlDatabase(binding, services);
  return async (context) => {
    const database = await open();
    return { json: JSON.stringify(await database.select({ kind, text, parameters: parameters(context) })) };
  };
}

function kindOf(commandType: unknown): SqlSelection["kind"] {
  const name = String(commandType ?? "Text").toLowerCase();
  if (name === "text") return "text";
  if (name === "storedprocedure") return "storedProcedure";
  throw new DurableHostError(
    "CONFIG_INVALID",
    `the commandType "${String(commandType)}" of its sql binding is neither Text nor StoredProcedure.`,
  );
}
