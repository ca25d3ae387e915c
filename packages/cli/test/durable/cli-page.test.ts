import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DURABLE_COMMANDS } from "../../src/durable/all-commands";
import { parseCommandLine } from "./parse-durable";

const PAGE = readFileSync(join(__dirname, "../../../../docs/cli.md"), "utf8");

/** The row of the table of commands in which a command is named. */
function rowOf(name: string): string | undefined {
  return PAGE.split("\n").find((line) => new RegExp(`^\\|[^|]*\`${name}\``).test(line));
}

describe("docs/cli.md", () => {
  it.each(DURABLE_COMMANDS.map((command) => [command.name, command] as const))(
    "names all options of %s",
    (name, command) => {
      const missing = command.options.map(({ long }) => long).filter((flag) => !rowOf(name)?.includes(`\`${flag}\``));
      expect(missing).toEqual([]);
    },
  );

  it("names no option that a command does not have", () => {
    const invented = DURABLE_COMMANDS.flatMap(({ name, options }) => {
      const flags = (rowOf(name)?.split("|")[3] ?? "").match(/--[a-z-]+/g) ?? [];
      return flags.filter((flag) => !options.some(({ long }) => long === flag)).map((flag) => `${name} ${flag}`);
    });
    expect(invented).toEqual([]);
  });

  it("names the options that say where a command goes", async () => {
    const { text } = await parseCommandLine("durable", "get-history", "--help");
    const flags = text.slice(text.indexOf("Where:"), text.indexOf("Examples:")).match(/--[a-z-]+/g) ?? [];
    expect(flags.length).toBeGreaterThan(5);
    expect(flags.filter((flag) => !PAGE.includes(flag))).toEqual([]);
  });
});
