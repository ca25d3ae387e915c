import type { Colors } from "picocolors/types";

/** What the list needs to know of a function. */
export interface ListedFunction {
  readonly name: string;
  readonly trigger: { readonly type: string; readonly route?: unknown; readonly methods?: unknown };
  readonly disabled: boolean;
}

export interface FunctionListOptions {
  /** `http://localhost:7071` */
  readonly origin: string;
  readonly routePrefix: string;
}

/** The functions of an app with their URLs, as lines (functions-host contract §7.1). HTTP functions come first. */
export function functionList(
  functions: readonly ListedFunction[],
  options: FunctionListOptions,
  { yellow, green }: Pick<Colors, "yellow" | "green">,
): readonly string[] {
  const enabled = functions.filter((fn) => !fn.disabled);
  const http = enabled.filter(isHttp).sort(byName);
  const others = enabled.filter((fn) => !isHttp(fn)).sort(byName);
  const lines = ["", "Functions:", ""];
  for (const fn of http)
    lines.push(`\t${yellow(fn.name)}: ${green(`[${methods(fn)}] ${functionUrl(fn, options)}`)}`, "");
  for (const fn of others) lines.push(`\t${yellow(fn.name)}: ${fn.trigger.type}`, "");
  for (const fn of functions.filter((each) => each.disabled).sort(byName)) {
    lines.push(yellow(`Function ${fn.name} is disabled.`));
  }
  return lines;
}

/** URL of an HTTP function; parameters stay in braces. */
export function functionUrl(fn: ListedFunction, { origin, routePrefix }: FunctionListOptions): string {
  const { route } = fn.trigger;
  const path = typeof route === "string" && route.trim() !== "" ? route : fn.name;
  const prefix = trimSlashes(routePrefix);
  return `${origin}/${prefix === "" ? "" : `${prefix}/`}${trimSlashes(path)}`;
}

export function isHttp(fn: ListedFunction): boolean {
  return fn.trigger.type.toLowerCase() === "httptrigger";
}

function methods({ trigger }: ListedFunction): string {
  return Array.isArray(trigger.methods) ? trigger.methods.map((method) => String(method).toUpperCase()).join(",") : "";
}

function trimSlashes(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, "");
}

function byName(left: ListedFunction, right: ListedFunction): number {
  return left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1;
}
