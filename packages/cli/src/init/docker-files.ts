import { readFileSync } from "node:fs";
import { join } from "node:path";

const TEMPLATES = join(__dirname, "../../templates/docker");

/** What makes an image of an app, in whichever language, contents by path. */
export function dockerFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ["Dockerfile", ".dockerignore"].map((name) => [name, readFileSync(join(TEMPLATES, name), "utf8")]),
  );
}
