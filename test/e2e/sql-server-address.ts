/** Host and port of a connection string; of repeated keywords the last counts. */
export function addressOf(connectionString: string): { readonly host: string; readonly port: number } {
  const servers = [
    ...connectionString.matchAll(/(?:^|;)\s*(?:server|data source)\s*=\s*(?:tcp:)?([^,;]+)(?:,(\d+))?/gi),
  ];
  const [, host = "127.0.0.1", port = "1433"] = servers.at(-1) ?? [];
  return { host: host.trim(), port: Number(port) };
}
