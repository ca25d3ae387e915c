import { DurableHostError } from "@durable-host/engine";
import { resolveSettings } from "../bindings/binding-expression";
import type { AppSettings } from "../config/app-settings";
import type { BindingInfo } from "../worker/registered-function";

/** The table that a binding names, its settings filled in. Throws CONFIG_INVALID. */
export function tableText({ tableName }: BindingInfo, settings: AppSettings): string {
  if (typeof tableName === "string") return resolveSettings(tableName, settings);
  throw new DurableHostError("CONFIG_INVALID", "its table binding has no tableName.");
}
