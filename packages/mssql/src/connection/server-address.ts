import { configInvalid } from "./connection-config-error";

/** Where the server listens. A named instance without a port is asked for at the server's Browser service (UDP 1434). */
export interface ServerAddress {
  readonly host: string;
  readonly port?: number;
  readonly instance?: string;
}

export const DEFAULT_SQL_PORT = 1433;

/** Reads a `Server` value: `host`, `tcp:host,port`, `host\instance`, `host\instance,port`, `.`, `(local)`, `[::1],1433`. */
export function parseServerAddress(value: string): ServerAddress {
  const protocol = /^(tcp|np|lpc|admin):/i.exec(value);
  if (/^\(localdb\)/i.test(value)) {
    throw configInvalid(
      "Server=(localdb)\\… is a .NET feature on Windows and cannot be reached over TCP. Use SQL Server itself, " +
        "or UseDevelopmentStorage=true for the embedded file.",
    );
  }
  if ((protocol && protocol[1]?.toLowerCase() !== "tcp") || value.startsWith("\\\\")) {
    throw configInvalid(
      "Server must be reachable over TCP: write Server=tcp:host,port (named pipes are not supported).",
    );
  }
  const rest = protocol ? value.slice(protocol[0].length) : value;
  const match = /^\s*([^,\\]*?)\s*(?:\\\s*([^,\\]+?)\s*)?(?:,\s*(.*?)\s*)?$/.exec(rest);
  if (!match || !match[1]) throw configInvalid("Server names no host: write Server=host, host,port or host\\instance.");
  const [, host, instance, port] = match;
  const address = { host: hostName(host) };
  // Where both are given the port wins, as in SqlClient: the instance needs no looking up then.
  if (port !== undefined) return { ...address, port: portNumber(port) };
  return instance && instance.toUpperCase() !== "MSSQLSERVER" ? { ...address, instance } : address;
}

/** The address as people write it, for messages. */
export function describeAddress(address: ServerAddress): string {
  if (address.instance !== undefined) return `${address.host}\\${address.instance}`;
  return `${address.host},${address.port ?? DEFAULT_SQL_PORT}`;
}

function hostName(host: string): string {
  if (host === "." || /^\(local\)$/i.test(host)) return "localhost";
  return host.replace(/^\[(.*)\]$/, "$1");
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw configInvalid(`Server has the port "${text}"; a port is a number from 1 to 65535.`);
  return port;
}
