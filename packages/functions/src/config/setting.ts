import { anything, type SettingType } from "./setting-type";

/** supported: it has its effect. accepted: it may stand there and has no effect here, for the reason given. */
export type Support = "supported" | "accepted";

export interface Setting<T> {
  readonly type: SettingType<T>;
  readonly default: T | undefined;
  /** How documentation shows a default that is computed. */
  readonly defaultText?: string;
  readonly support: Support;
  readonly description: string;
}

/** A setting with a default, or one whose default is told by `defaultText`. */
export function supported<T>(
  type: SettingType<T>,
  value: T,
  description: string,
  defaultText?: string,
): Setting<T> & { readonly default: T };
export function supported<T>(
  type: SettingType<T>,
  value: undefined,
  description: string,
  defaultText?: string,
): Setting<T>;
export function supported<T>(type: SettingType<T>, value: T | undefined, description: string, defaultText?: string) {
  return { type, default: value, defaultText, support: "supported" as const, description };
}

/** A setting without effect, and why. */
export function accepted(description: string): Setting<unknown> {
  return { type: anything, default: undefined, support: "accepted", description };
}

/** Settings by their paths. */
export type SettingTable = Readonly<Record<string, Setting<never> | Setting<unknown>>>;
