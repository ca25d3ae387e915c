import type { ManagementRoute } from "./routes";

interface CompiledRoute {
  readonly route: ManagementRoute;
  /** Literal in lower case, or undefined for a parameter. */
  readonly segments: readonly (string | undefined)[];
}

export interface MatchedRoute {
  readonly route: ManagementRoute;
  /** Still percent-encoded. */
  readonly params: readonly string[];
}

export type RouteMatcher = (method: string, path: string) => MatchedRoute | undefined;

/** Compiles a route table. `path` is what follows the base path, without a leading slash; a trailing one does not matter. */
export function createRouteMatcher(routes: readonly ManagementRoute[]): RouteMatcher {
  const compiled = routes.map((route) => ({ route, segments: route.pattern.split("/").map(literal) }));
  return (method, path) => {
    const segments = path.split("/");
    if (segments.at(-1) === "") segments.pop();
    for (const candidate of compiled) {
      if (candidate.route.method !== method) continue;
      const params = matchSegments(candidate, segments);
      if (params !== undefined) return { route: candidate.route, params };
    }
    return undefined;
  };
}

function literal(segment: string): string | undefined {
  return segment.startsWith(":") ? undefined : segment.toLowerCase();
}

function matchSegments(candidate: CompiledRoute, segments: readonly string[]): readonly string[] | undefined {
  if (candidate.segments.length !== segments.length) return undefined;
  const params: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const expected = candidate.segments[index];
    if (expected === undefined) {
      if (segment === "") return undefined;
      params.push(segment);
    } else if (segment !== expected && segment.toLowerCase() !== expected) {
      return undefined;
    }
  }
  return params;
}
