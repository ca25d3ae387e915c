import { isIP } from "node:net";
import { DurableHostError } from "@durable-host/engine";
import type { HostConfiguration } from "@durable-host/functions";
import { DEFAULT_ADDRESS, DEFAULT_PORT, type StartOptions } from "./start-options";

/** Where the host listens. */
export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** Where this machine finds the host, without a slash at the end. */
export function localOrigin({ https }: Pick<StartOptions, "https">, port: number): string {
  return `${https ? "https" : "http"}://localhost:${port}`;
}

/** IPv4 only: where a container has no IPv6, listening on `::` fails. */
const EVERYWHERE = "0.0.0.0";

/**
 * The command line wins, then the variables by which platforms and images tell a container its port (functions-host
 * contract §9), then local.settings.json. Only ASPNETCORE_URLS opens the host to other machines: a port alone says
 * nothing of who may come. Throws CONFIG_INVALID when a variable cannot be used.
 */
export function listenAddress(
  options: Pick<StartOptions, "address" | "port">,
  { values, local }: Pick<HostConfiguration, "values" | "local">,
): ListenAddress {
  const url = firstUrl(values.app("ASPNETCORE_URLS"));
  return {
    address: options.address ?? url?.address ?? local.address ?? DEFAULT_ADDRESS,
    port: options.port ?? values.app("PORT") ?? values.app("WEBSITES_PORT") ?? url?.port ?? local.port ?? DEFAULT_PORT,
  };
}

/** The first address of a list such as `http://+:80;https://+:443` that needs no certificate. */
function firstUrl(list: string): ListenAddress | undefined {
  if (list.trim() === "") return undefined;
  for (const text of list.split(";")) {
    const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
    if (url?.protocol === "http:") return { address: addressOf(url.hostname), port: Number(url.port || 80) };
  }
  throw new DurableHostError(
    "CONFIG_INVALID",
    `The app setting ASPNETCORE_URLS is "${list}", which has no address that begins with http://, for example http://+:8080. TLS has to end in front of this host.`,
  );
}

/** As in ASP.NET Core, every name but localhost means all addresses: `+`, `*` or any other. */
function addressOf(hostname: string): string {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return bare === "localhost" || isIP(bare) !== 0 ? bare : EVERYWHERE;
}
