import { resolveSettings, evaluateExpressions } from "../binding-expression";
import type { BindingServices, InputBinding } from "../binding-type";
import { connectionName } from "../../storage-account/binding-connection";
import { storageErrorStatus } from "../../storage-account/storage-errors";
import { tableText } from "../../storage-account/table-binding";
import { rowOf, type TableRow } from "../../storage-account/table-rows";
import type { BindingInfo } from "../../worker/registered-function";
import { evaluateFilter } from "./table-filter";

/** `input.table`: the row with both keys, or null; else an array of rows (contract §5.3). */
export function tableInput(binding: BindingInfo, { settings, storage }: BindingServices): InputBinding {
  const openTable = storage.table(connectionName(binding, settings), tableText(binding, settings));
  const text = (name: string): string | undefined => {
    const value = binding[name];
    return typeof value === "string" && value !== "" ? resolveSettings(value, settings) : undefined;
  };
  const [partitionKey, rowKey, filter] = [text("partitionKey"), text("rowKey"), text("filter")];
  const take = Number(binding["take"] ?? Number.POSITIVE_INFINITY);
  return async (context) => {
    const table = await openTable();
    const evaluate = (value: string | undefined) => value && evaluateExpressions(value, context);
    const [partition, row] = [evaluate(partitionKey), evaluate(rowKey)];
    try {
      if (partition !== undefined && row !== undefined) return json(rowOf(await table.getEntity(partition, row)));
      const query = [
        partition && `PartitionKey eq ${quoted(partition)}`,
        filter && `(${evaluateFilter(filter, context)})`,
      ];
      const rows: TableRow[] = [];
      const found = table.listEntities({ queryOptions: { filter: query.filter(Boolean).join(" and ") } });
      for await (const entity of found) {
        if (rows.length >= take) break;
        rows.push(rowOf(entity));
      }
      return json(rows);
    } catch (error) {
      if (storageErrorStatus(error) === 404) return json(row === undefined ? [] : null);
      throw error;
    }
  };
}

function json(value: unknown): { readonly json: string } {
  return { json: JSON.stringify(value) };
}

/** A text of the filter language. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
