import type { Clock, Logger } from "@durable-host/engine";
import type { AppSettings } from "../config/app-settings";
import type { SettingValues } from "../config/setting-values";
import type { StorageAccounts } from "../storage-account/storage-accounts";
import type { WireData } from "../wire/messages";
import type { BindingInfo } from "../worker/registered-function";
import type { ExpressionContext } from "./binding-expression";
import type { OpenSqlDatabase } from "./sql/sql-database";

/** What all triggers and bindings of an app share. */
export interface BindingServices {
  readonly settings: AppSettings;
  readonly values: SettingValues;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly storage: StorageAccounts;
  /** Absent: functions with SQL bindings do not run. */
  readonly openSqlDatabase?: OpenSqlDatabase | undefined;
  /** Value of the durable clients of `durable-functions` v4; absent: the app has none. */
  readonly durableClient?: object | undefined;
}

/** Reads the value of an input binding for one call. */
export type InputBinding = (context: ExpressionContext) => Promise<WireData>;

/** Writes what a function has set for an output binding in one call. Durable when it resolves. */
export type OutputBinding = (value: WireData, context: ExpressionContext) => Promise<void>;

/**
 * A type of binding: makes one from what the app has registered.
 * Throws CONFIG_INVALID when the registration cannot work; the function is then not run.
 */
export interface BindingType {
  readonly input?: (binding: BindingInfo, services: BindingServices) => InputBinding;
  readonly output?: (binding: BindingInfo, services: BindingServices) => OutputBinding;
}
