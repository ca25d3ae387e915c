import { readFileSync } from "node:fs";
import { join } from "node:path";
import { APP_SETTINGS, formatTimeSpan, HOST_SETTINGS, type Setting } from "@durable-host/functions";

/** The page without the padding of its tables. */
const PAGE = readFileSync(join(__dirname, "../../../docs/configuration.md"), "utf8").replaceAll(/ {2,}/g, " ");

/** The rows of the page's tables that begin with one of these settings. */
function pageRows(names: readonly string[]): readonly string[] {
  return PAGE.split("\n").filter((line) => names.some((name) => line.startsWith(`| \`${name}\` |`)));
}

function row([name, setting]: readonly [string, Setting<unknown>]): string {
  return `| \`${name}\` | ${setting.type.name} | ${shownDefault(setting)} | ${setting.support} | ${setting.description} |`;
}

function shownDefault(setting: Setting<unknown>): string {
  if (setting.defaultText !== undefined) return setting.defaultText;
  if (setting.default === undefined) return "–";
  if (setting.default === "") return "empty";
  const isTime = setting.type.name.startsWith("time span");
  return `\`${isTime ? formatTimeSpan(Number(setting.default)) : format(setting.default)}\``;
}

function format(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

describe("docs/configuration.md", () => {
  it.each([
    ["host.json", HOST_SETTINGS],
    ["app settings", APP_SETTINGS],
  ])("shows the table of %s as the code has it", (_title, table) => {
    const settings = Object.entries<Setting<unknown>>(table);
    expect(pageRows(settings.map(([name]) => name))).toEqual(settings.map(row));
  });

  it("shows no setting that the code does not know", () => {
    const known = new Set([...Object.keys(HOST_SETTINGS), ...Object.keys(APP_SETTINGS)]);
    const shown = [...PAGE.matchAll(/^\| `([^`]+)` \|.*\| (?:supported|accepted) \|/gm)].map(([, name = ""]) => name);
    expect(shown.filter((name) => !known.has(name))).toEqual([]);
  });
});
