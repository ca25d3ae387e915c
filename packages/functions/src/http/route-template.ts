import { parseConstraint, type RouteConstraint } from "./route-constraints";

/** A parameter of a route template. */
export interface RouteParameter {
  readonly type: "parameter";
  readonly name: string;
  readonly isOptional: boolean;
  readonly isCatchAll: boolean;
  readonly defaultValue?: string;
  readonly constraints: readonly RouteConstraint[];
}

export interface RouteLiteral {
  readonly type: "literal";
  readonly text: string;
}

export type RoutePart = RouteLiteral | RouteParameter;

/** What stands between two slashes: one part, or literals and parameters in turn (`{name}.{ext}`). */
export interface RouteSegment {
  readonly parts: readonly RoutePart[];
}

/** A route template of ASP.NET Core, taken apart (contract §3.1). */
export interface RouteTemplate {
  readonly text: string;
  readonly segments: readonly RouteSegment[];
}

/** Parses a template; throws an Error that names the template and what is wrong with it. */
export function parseRouteTemplate(text: string): RouteTemplate {
  const trimmed = text.replace(/^(~?\/)+|\/+$/g, "");
  const fail = (reason: string): never => {
    throw new Error(`The route "${text}" is not valid: ${reason}.`);
  };
  const segments = trimmed === "" ? [] : splitSegments(trimmed).map((segment) => parseSegment(segment, fail));
  checkParameters(segments, fail);
  return { text: trimmed, segments };
}

type Fail = (reason: string) => never;

/** Slashes inside braces belong to a regex constraint. */
function splitSegments(text: string): string[] {
  const segments = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "{") depth++;
    if (char === "}") depth--;
    if (char === "/" && depth === 0) segments.push("");
    else segments[segments.length - 1] += char;
  }
  return segments;
}

function parseSegment(text: string, fail: Fail): RouteSegment {
  const parts: RoutePart[] = [];
  let literal = "";
  const endLiteral = (): void => {
    if (literal !== "") parts.push({ type: "literal", text: literal });
    literal = "";
  };
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (text.startsWith("{{", index) || text.startsWith("}}", index)) {
      literal += char;
      index++;
    } else if (char === "{") {
      endLiteral();
      const end = closingBrace(text, index);
      if (end < 0) fail(`"${text.slice(index)}" has no closing brace`);
      parts.push(parseParameter(unescapeBraces(text.slice(index + 1, end)), fail));
      index = end;
    } else if (char === "}") {
      fail(`"${text}" has a closing brace without an opening one`);
    } else {
      literal += char;
    }
  }
  endLiteral();
  return checkSegment({ parts }, text, fail);
}

/** Braces inside a regex constraint are doubled. */
function closingBrace(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index++) {
    if (text.startsWith("{{", index)) index++;
    else if (text.charAt(index) === "}") {
      // Of an odd run of braces the last one closes.
      let run = 1;
      while (text.charAt(index + run) === "}") run++;
      if (run % 2 === 1) return index + run - 1;
      index += run - 1;
    }
  }
  return -1;
}

function unescapeBraces(text: string): string {
  return text.replaceAll("{{", "{").replaceAll("}}", "}");
}

const PARAMETER = /^(\*{0,2})([^:=?*/{}]+)(.*)$/s;

function parseParameter(text: string, fail: Fail): RouteParameter {
  const [, stars = "", name = "", rest = ""] = PARAMETER.exec(text) ?? [];
  if (name === "") fail(`"{${text}}" names no parameter`);
  const { constraints, remainder } = splitConstraints(rest);
  const isOptional = remainder.endsWith("?");
  const suffix = isOptional ? remainder.slice(0, -1) : remainder;
  if (suffix !== "" && !suffix.startsWith("=")) fail(`"{${text}}" cannot be understood`);
  if (isOptional && suffix.startsWith("=")) fail(`"{${text}}" cannot be optional and have a default`);
  return {
    type: "parameter",
    name,
    isOptional,
    isCatchAll: stars !== "",
    ...(suffix.startsWith("=") && { defaultValue: suffix.slice(1) }),
    constraints: constraints.map((constraint) => parseConstraint(constraint, fail)),
  };
}

/** `:int:min(1)=5`: colons, `=` and `?` inside parentheses belong to the constraint's arguments. */
function splitConstraints(rest: string): { constraints: string[]; remainder: string } {
  const constraints: string[] = [];
  let index = 0;
  while (rest.charAt(index) === ":") {
    const start = ++index;
    let depth = 0;
    for (; index < rest.length; index++) {
      const char = rest.charAt(index);
      if (char === "\\") index++;
      else if (char === "(") depth++;
      else if (char === ")") depth--;
      else if (depth <= 0 && (char === ":" || char === "=" || char === "?")) break;
    }
    constraints.push(rest.slice(start, index));
  }
  return { constraints, remainder: rest.slice(index) };
}

function checkSegment(segment: RouteSegment, text: string, fail: Fail): RouteSegment {
  const { parts } = segment;
  if (parts.length === 0) fail("it has an empty segment");
  parts.forEach((part, index) => {
    if (part.type === "literal") {
      if (part.text.includes("?")) fail(`"${text}" contains a question mark`);
      return;
    }
    if (part.isCatchAll && parts.length > 1) fail(`a catch-all parameter must stand alone, not as in "${text}"`);
    if (part.isOptional && parts.length > 1 && !isOptionalExtension(parts, index)) {
      fail(`an optional parameter beside others must be last and follow a ".", not as in "${text}"`);
    }
    if (index > 0 && parts[index - 1]?.type === "parameter") {
      fail(`two parameters need a literal between them, not as in "${text}"`);
    }
  });
  return segment;
}

function isOptionalExtension(parts: readonly RoutePart[], index: number): boolean {
  const before = parts[index - 1];
  return index === parts.length - 1 && before?.type === "literal" && before.text === ".";
}

function checkParameters(segments: readonly RouteSegment[], fail: Fail): void {
  const names = new Set<string>();
  segments.forEach((segment, index) => {
    for (const part of segment.parts) {
      if (part.type === "literal") continue;
      if (names.has(part.name.toLowerCase())) fail(`the parameter "${part.name}" appears twice`);
      names.add(part.name.toLowerCase());
      if (part.isCatchAll && index < segments.length - 1) fail(`the catch-all "${part.name}" must be last`);
    }
  });
}
