import { randomUUID } from "node:crypto";
import { DurableHostError } from "@durable-host/engine";
import { setting, type AppSettings } from "../config/app-settings";
import type { BindingData } from "./binding-data";

const SETTING = /%([^%]+)%/g;
const EXPRESSION = /\{([^{}]+)\}/g;

/**
 * Puts app settings in the place of each `%NAME%` of a binding's text (contract §2.6).
 * @throws DurableHostError CONFIG_INVALID for a setting that has no value
 */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replaceAll(SETTING, (whole, name: string) => {
    const value = setting(settings, name);
    if (value !== undefined) return value;
    throw new DurableHostError("CONFIG_INVALID", `${whole} refers to the app setting ${name}, which has no value.`);
  });
}

/** What the expressions of a system binding need to know. */
export interface ExpressionContext {
  readonly data: BindingData;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Evaluates each `{…}` of a text: binding data, also their parts (`{order.id}`), `{rand-guid}`, `{DateTime}` with or without a
 * format of `yyyy MM dd HH mm ss`, `{sys.randguid}`, `{sys.utcnow}`, `{sys.methodname}` (contract §2.6).
 * @throws Error for a name that the trigger gives no value for
 */
export function evaluateExpressions(text: string, context: ExpressionContext): string {
  return text.replaceAll(EXPRESSION, (whole, expression: string) => {
    const value = systemValue(expression, context) ?? dataValue(expression.trim(), context.data);
    if (value !== undefined) return value;
    throw new Error(`The binding expression ${whole} has no value in this run of function "${context.functionName}".`);
  });
}

function systemValue(expression: string, { now, functionName }: ExpressionContext): string | undefined {
  const [name, format] = splitOnce(expression.trim(), ":");
  switch (name.toLowerCase()) {
    case "rand-guid":
    case "sys.randguid":
      return randomGuid(format);
    case "datetime":
    case "sys.utcnow":
      return formatTime(new Date(now), format);
    case "sys.methodname":
      return functionName;
    default:
      return undefined;
  }
}

/** .NET's formats of a Guid: N without dashes, B in braces; D and none as usual. */
function randomGuid(format: string | undefined): string {
  const guid = randomUUID();
  if (format?.toUpperCase() === "N") return guid.replaceAll("-", "");
  return format?.toUpperCase() === "B" ? `{${guid}}` : guid;
}

function formatTime(time: Date, format: string | undefined): string {
  const iso = time.toISOString();
  if (format === undefined) return iso.replace(/\.\d+Z$/, "Z").replaceAll(":", "-");
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    yy: iso.slice(2, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  };
  return format.replaceAll(/yyyy|yy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}

function dataValue(path: string, data: BindingData): string | undefined {
  let value: unknown = data;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    const key = Object.keys(value).find((each) => each.toLowerCase() === name.toLowerCase());
    value = key === undefined ? undefined : (value as BindingData)[key];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
