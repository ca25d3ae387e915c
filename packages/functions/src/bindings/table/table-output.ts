import { connectionName } from "../../storage-account/binding-connection";
import { storageErrorCode } from "../../storage-account/storage-errors";
import { tableText } from "../../storage-account/table-binding";
import { entityOf } from "../../storage-account/table-rows";
import type { BindingInfo } from "../../worker/registered-function";
import { evaluateExpressions, resolveSettings } from "../binding-expression";
import type { BindingServices, OutputBinding } from "../binding-type";
import { outputItems, rowItem } from "../output-items";

/** `output.table`: inserts a row, or each of an array; a row that exists is an error (contract §5.3). */
export function tableOutput(binding: BindingInfo, { settings, storage }: BindingServices): OutputBinding {
  const openTable = storage.table(connectionName(binding, settings), tableText(binding, settings));
  const keyText = (name: string): string | undefined => {
    const value = binding[name];
    return typeof value === "string" ? resolveSettings(value, settings) : undefined;
  };
  const [partitionText, rowText] = [keyText("partitionKey"), keyText("rowKey")];
  return async (value, context) => {
    const evaluate = (text: string | undefined) => text && evaluateExpressions(text, context);
    const keys = { partitionKey: evaluate(partitionText), rowKey: evaluate(rowText) };
    const entities = outputItems(value).map((item) => entityOf(rowItem(item), keys));
    const table = await openTable();
    for (const entity of entities) {
      try {
        await table.createEntity(entity);
      } catch (error) {
        if (storageErrorCode(error) !== "TableNotFound") throw error;
        await table.createTable();
        await table.createEntity(entity);
      }
    }
  };
}
