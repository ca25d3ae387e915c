import { resolveSettings } from "../bindings/binding-expression";
import type { AppSettings } from "../config/app-settings";
import type { BindingInfo } from "../worker/registered-function";
import { DEFAULT_CONNECTION } from "./storage-connection";

/** The connection that a binding names, or the usual one. Throws CONFIG_INVALID for a `%SETTING%` without value. */
export function connectionName({ connection }: BindingInfo, settings: AppSettings): string {
  const named = typeof connection === "string" ? resolveSettings(connection, settings).trim() : "";
  return named === "" ? DEFAULT_CONNECTION : named;
}
