import { errorText } from "@durable-host/engine";
import { matchTemplate, pathSegments, type RouteValues } from "./match-template";
import { canOverlap, compareSpecificity } from "./route-precedence";
import { parseRouteTemplate, type RouteTemplate } from "./route-template";

/** An HTTP function as the route table takes it. */
export interface HttpFunction {
  readonly name: string;
  /** Blank or absent: the function's name. */
  readonly route?: string;
  /** Blank or absent: any method. */
  readonly methods?: readonly string[];
}

/** A function's route, ready to match. */
export interface HttpRoute {
  readonly functionName: string;
  /** Prefix included, without a leading slash. */
  readonly template: RouteTemplate;
  /** Upper case; empty: any. */
  readonly methods: readonly string[];
}

export interface RouteMatch {
  readonly functionName: string;
  readonly params: RouteValues;
}

/**
 * The routes of the app. The most specific one that matches wins, where the official host takes the first by function
 * name; `warnings` says for which functions that makes a difference (contract §3.1).
 */
export interface RouteTable {
  /** Most specific first. */
  readonly routes: readonly HttpRoute[];
  readonly warnings: readonly string[];
  /** Functions without a usable route. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
  match(method: string, pathname: string): RouteMatch | undefined;
}

export function createRouteTable(functions: readonly HttpFunction[], routePrefix: string): RouteTable {
  const routes: HttpRoute[] = [];
  const rejected: { name: string; reason: string }[] = [];
  for (const fn of [...functions].sort((a, b) => compareNames(a.name, b.name))) {
    try {
      const route = createRoute(fn, routePrefix);
      const rival = routes.find((other) => isSameRoute(other, route));
      if (rival === undefined) routes.push(route);
      else rejected.push({ name: fn.name, reason: conflict(route, rival) });
    } catch (error) {
      rejected.push({ name: fn.name, reason: errorText(error) });
    }
  }
  // Sorting is stable: equally specific routes stay in the official order.
  const ranked = routes.toSorted((a, b) => compareSpecificity(a.template, b.template));
  return {
    routes: ranked,
    rejected,
    warnings: orderWarnings(ranked),
    match(method, pathname) {
      const path = pathSegments(pathname);
      for (const route of ranked) {
        if (!takesMethod(route, method)) continue;
        const params = matchTemplate(route.template, path);
        if (params !== undefined) return { functionName: route.functionName, params };
      }
      return undefined;
    },
  };
}

/** The official order: ordinal, ignoring case. */
function compareNames(a: string, b: string): number {
  const [first, second] = [a.toUpperCase(), b.toUpperCase()];
  return first < second ? -1 : Number(first > second);
}

function createRoute(fn: HttpFunction, routePrefix: string): HttpRoute {
  const route = fn.route === undefined || fn.route.trim() === "" ? fn.name : fn.route;
  if (/^\/?(admin|runtime)/i.test(route)) {
    throw new Error(`The route "${route}" begins like the host's own routes ("admin", "runtime").`);
  }
  const prefix = routePrefix.replace(/^\/+|\/+$/g, "");
  const template = parseRouteTemplate(prefix === "" ? route : `${prefix}/${route.replace(/^\/+/, "")}`);
  const methods = (fn.methods ?? []).map((method) => method.toUpperCase());
  return { functionName: fn.name, template, methods };
}

function takesMethod(route: HttpRoute, method: string): boolean {
  return route.methods.length === 0 || route.methods.includes(method);
}

function isSameRoute(a: HttpRoute, b: HttpRoute): boolean {
  return a.template.text.toLowerCase() === b.template.text.toLowerCase() && shareMethod(a, b);
}

function shareMethod(a: HttpRoute, b: HttpRoute): boolean {
  return a.methods.length === 0 || b.methods.length === 0 || a.methods.some((method) => b.methods.includes(method));
}

function conflict(route: HttpRoute, rival: HttpRoute): string {
  return `Its route "${route.template.text}" is also that of function "${rival.functionName}", for the same method.`;
}

/** Pairs in which the official host, which goes by function name, would ask the more general route first. */
function orderWarnings(ranked: readonly HttpRoute[]): string[] {
  return ranked.flatMap((winner, index) =>
    ranked
      .slice(index + 1)
      .filter((loser) => compareNames(loser.functionName, winner.functionName) < 0)
      .filter((loser) => shareMethod(winner, loser) && canOverlap(winner.template, loser.template))
      .map(
        (loser) =>
          `A request that matches both "${winner.template.text}" and "${loser.template.text}" runs function "${winner.functionName}", the more specific one; the official Functions host runs "${loser.functionName}", the first by name.`,
      ),
  );
}
