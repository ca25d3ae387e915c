import type { BindingInfo } from "../../worker/registered-function";
import { outputItems, rowItem } from "../output-items";
import type { BindingServices, OutputBinding } from "../binding-type";
import { commandText, sqlDatabase } from "./sql-binding";

/** `output.sql`: one row or an array of them, changed or inserted by primary key (contract §5.3). */
export function sqlOutput(binding: BindingInfo, services: BindingServices): OutputBinding {
  const table = commandText(binding, services);
  const open = sqlDatabase(binding, services);
  return async (value) => {
    const rows = outputItems(value).map(rowItem);
    if (rows.length === 0) return;
    const database = await open();
    await database.upsert(table, rows);
  };
}
