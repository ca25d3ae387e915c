import type { HttpHandler } from "@durable-host/functions";

/** `extensions.http.hsts` of host.json (functions-host contract §3.5). */
export interface HstsOptions {
  readonly isEnabled: boolean;
  readonly maxAgeMs: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
  readonly excludedHosts: readonly string[];
}

/** Tells browsers to come back over https, where they came over it: they ignore it elsewhere. */
export function withHsts(handler: HttpHandler, options: HstsOptions): HttpHandler {
  if (!options.isEnabled) return handler;
  const header = ["Strict-Transport-Security", headerValue(options)] as const;
  const excluded = new Set(options.excludedHosts.map((host) => host.toLowerCase()));
  return async (request) => {
    const response = await handler(request);
    const { protocol, hostname } = request.url;
    if (response === undefined || protocol !== "https:" || excluded.has(hostname)) return response;
    return { ...response, headers: [...response.headers, header] };
  };
}

function headerValue({ maxAgeMs, includeSubDomains, preload }: HstsOptions): string {
  const parts = [`max-age=${Math.floor(maxAgeMs / 1000)}`];
  if (includeSubDomains) parts.push("includeSubDomains");
  if (preload) parts.push("preload");
  return parts.join("; ");
}
