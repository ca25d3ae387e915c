import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version in this package's package.json, which is what npm and users go by. */
export const HOST_VERSION: string = readVersion();

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8")) as { readonly version: string };
  return manifest.version;
}
