import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCommandLine } from "../src/command-line";
import { TEMPLATES } from "../src/new/all-templates";
import { DURABLE_COMMANDS } from "../src/durable/all-commands";
import { parseCommandLine } from "./durable/parse-durable";

const never = () => Promise.reject(new Error("a command ran"));
const program = createCommandLine(
  { start: never, scheduler: never, durable: never, storage: never, local: never },
  "/srv/shop",
);

const PAGE = readFileSync(join(__dirname, "../../../docs/cli.md"), "utf8");

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

  it.each(["start", "scheduler", "init", "new", "keys", "settings", "func-shim"])(
    "names %s with all its options",
    (name) => {
      const command = program.commands.find((each) => each.name() === name);
      const all = command === undefined ? [] : [command, ...command.commands];
      const flags = all.flatMap(({ options }) => options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? ""));
      expect(all.length).toBeGreaterThan(0);
      expect(flags.filter((flag) => !new RegExp(`\\\`${flag}[\\s\`]`).test(PAGE))).toEqual([]);
      expect(command?.commands.map((each) => each.name()).filter((each) => !PAGE.includes(`${each}`))).toEqual([]);
    },
  );

  it("names all commands and all templates", () => {
    const names = [...program.commands.map((each) => each.name()), ...TEMPLATES.map((each) => each.name)];
    expect(names.filter((name) => !PAGE.includes(`\`${name}`))).toEqual([]);
  });
});
