import type { RoutePart, RouteSegment, RouteTemplate } from "./route-template";

/** Order of segments from specific to general, as in ASP.NET Core's endpoint routing. */
const NO_SEGMENT = 0;
const LITERAL = 1;
const CONSTRAINED_OR_MIXED = 2;
const PARAMETER = 3;
const CONSTRAINED_CATCH_ALL = 4;
const CATCH_ALL = 5;

/** Negative when `a` is the more specific template: segment by segment, the first difference decides. */
export function compareSpecificity(a: RouteTemplate, b: RouteTemplate): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(segment: RouteSegment | undefined): number {
  if (segment === undefined) return NO_SEGMENT;
  const [part, ...more] = segment.parts;
  if (part === undefined || more.length > 0) return CONSTRAINED_OR_MIXED;
  if (part.type === "literal") return LITERAL;
  const isConstrained = part.constraints.length > 0;
  if (part.isCatchAll) return isConstrained ? CONSTRAINED_CATCH_ALL : CATCH_ALL;
  return isConstrained ? CONSTRAINED_OR_MIXED : PARAMETER;
}

/** Tells whether some path may match both; may err on the side of yes where only constraints would tell. */
export function canOverlap(a: RouteTemplate, b: RouteTemplate): boolean {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const first = a.segments[index];
    const second = b.segments[index];
    if (isCatchAll(first) || isCatchAll(second)) return true;
    if (first === undefined || second === undefined) return canBeMissing(first ?? second);
    if (!segmentsOverlap(first, second)) return false;
  }
  return true;
}

function isCatchAll(segment: RouteSegment | undefined): boolean {
  const part = segment?.parts[0];
  return part?.type === "parameter" && part.isCatchAll;
}

function canBeMissing(segment: RouteSegment | undefined): boolean {
  const part = segment?.parts[0];
  return part?.type === "parameter" && (part.isOptional || part.defaultValue !== undefined);
}

function segmentsOverlap(first: RouteSegment, second: RouteSegment): boolean {
  if (first.parts.length > 1 || second.parts.length > 1) return true;
  const [a] = first.parts;
  const [b] = second.parts;
  return a === undefined || b === undefined || partsOverlap(a, b);
}

function partsOverlap(a: RoutePart, b: RoutePart): boolean {
  if (a.type === "literal" && b.type === "literal") return a.text.toLowerCase() === b.text.toLowerCase();
  if (a.type === "parameter" && b.type === "literal") return a.constraints.every(({ accepts }) => accepts(b.text));
  if (a.type === "literal" && b.type === "parameter") return partsOverlap(b, a);
  return true;
}
