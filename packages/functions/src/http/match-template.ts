import type { RouteParameter, RouteSegment, RouteTemplate } from "./route-template";

/** Values of a route's parameters; an optional one that is not in the path is absent. */
export type RouteValues = Readonly<Record<string, string>>;

/** Cuts a URL's path into decoded segments. A trailing slash does not count. */
export function pathSegments(pathname: string): string[] {
  const trimmed = pathname.replace(/^\//, "").replace(/\/$/, "");
  return trimmed === "" ? [] : trimmed.split("/").map(decode);
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not an encoding of text: the app gets what the client sent.
    return segment;
  }
}

/** Matches decoded path segments; undefined when the template or a constraint does not fit (contract §3.1). */
export function matchTemplate(template: RouteTemplate, path: readonly string[]): RouteValues | undefined {
  const values: Record<string, string> = {};
  const { segments } = template;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment === undefined || !matchSegment(segment, path, index, values)) return undefined;
  }
  const last = segments.at(-1)?.parts[0];
  const takesRest = last?.type === "parameter" && last.isCatchAll;
  return takesRest || path.length <= segments.length ? values : undefined;
}

function matchSegment(
  segment: RouteSegment,
  path: readonly string[],
  index: number,
  values: Record<string, string>,
): boolean {
  const [part, ...more] = segment.parts;
  const text = path[index];
  if (part === undefined) return false;
  if (more.length > 0) return text !== undefined && matchMixed(segment, text, values);
  if (part.type === "literal") return text !== undefined && equalIgnoringCase(text, part.text);
  const value = part.isCatchAll ? path.slice(index).join("/") : text;
  return assign(part, value === "" ? undefined : value, values);
}

function equalIgnoringCase(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

function assign(parameter: RouteParameter, given: string | undefined, values: Record<string, string>): boolean {
  const value = given ?? parameter.defaultValue;
  if (value === undefined) {
    const mayBeMissing = parameter.isOptional || parameter.isCatchAll;
    return mayBeMissing && !parameter.constraints.some((constraint) => constraint.isRequired);
  }
  if (!parameter.constraints.every((constraint) => constraint.accepts(value))) return false;
  values[parameter.name] = value;
  return true;
}

/** Literals and parameters in turn: as ASP.NET, the earlier parameter takes as much as it can. */
function matchMixed(segment: RouteSegment, text: string, values: Record<string, string>): boolean {
  const { parts } = segment;
  const last = parts.at(-1);
  if (matchParts(parts, text, values)) return true;
  if (last?.type !== "parameter" || !last.isOptional) return false;
  // An optional extension goes together with the dot before it.
  return matchParts(parts.slice(0, -2), text, values);
}

function matchParts(parts: RouteSegment["parts"], text: string, values: Record<string, string>): boolean {
  const pattern = parts.map((part) => (part.type === "literal" ? escape(part.text) : "(.+)")).join("");
  const found = new RegExp(`^${pattern}$`, "is").exec(text);
  if (found === null) return false;
  const parameters = parts.filter((part): part is RouteParameter => part.type === "parameter");
  return parameters.every((parameter, index) => assign(parameter, found[index + 1], values));
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
