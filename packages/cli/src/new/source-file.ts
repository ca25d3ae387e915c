import type { Template, TemplateValues } from "./template";

/** How a file of the app loads packages. */
export type ModuleStyle = "import" | "require";

const PACKAGES = {
  app: { import: 'import { app } from "@azure/functions";', require: 'const { app } = require("@azure/functions");' },
  df: {
    import: 'import * as df from "durable-functions";',
    require: 'const df = require("durable-functions");',
  },
} as const;

/** The file for a template. */
export function sourceFile(template: Template, values: TemplateValues, style: ModuleStyle): string {
  return `${template.uses.map((name) => PACKAGES[name][style]).join("\n")}\n\n${template.code(values)}`;
}
