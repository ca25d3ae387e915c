import type { Template, TemplateValues } from "./template";

/** How a file of the app loads packages. */
export type ModuleStyle = "import" | "require";

/** What a file takes from a package. */
const TAKEN = {
  app: { from: "@azure/functions", import: "{ app }", require: "{ app }" },
  df: { from: "durable-functions", import: "* as df", require: "df" },
} as const;

/** The line that loads a package. */
export function loadLine(name: keyof typeof TAKEN, style: ModuleStyle): string {
  const { from, ...names } = TAKEN[name];
  const specifier = JSON.stringify(from);
  return style === "import"
    ? `import ${names.import} from ${specifier};`
    : `const ${names.require} = require(${specifier});`;
}

/** The file for a template. */
export function sourceFile(template: Template, values: TemplateValues, style: ModuleStyle): string {
  return `${template.uses.map((name) => loadLine(name, style)).join("\n")}\n\n${template.code(values)}`;
}
