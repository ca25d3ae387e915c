import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..");

/** `| DF38 | behaviour | differs |`: an item of docs/acceptance.md. */
const ROW = /^\| ([A-Z]+\d+) +\| (.+?) +\| (same|differs|not shown) +\|$/gm;

/** `- SQL43, SQL47: what is missing`: items that no test shows, or not all of it; goes on in indented lines. */
const MISSING = /^- ([A-Z]+\d+(?:, [A-Z]+\d+)*): (.+(?:\n {2}.+)*)$/gm;

/** `[DF38]` or `[DF38, DF44]` at the end of a title. */
const TAGS = /\[([A-Z]+\d+(?:, [A-Z]+\d+)*)\](?=["'`])/g;

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function items(): { readonly id: string; readonly upstream: string }[] {
  return [...read("docs/acceptance.md").matchAll(ROW)].map(([, id = "", , upstream = ""]) => ({ id, upstream }));
}

/** What is said of each item that is shown in part or not at all. */
function missing(): Map<string, string> {
  const notes = [...read("docs/acceptance.md").matchAll(MISSING)];
  return new Map(
    notes.flatMap(([, list = "", text = ""]) => list.split(", ").map((id): [string, string] => [id, text])),
  );
}

/** Test files, and the contracts of ports: their tests run in those of each implementation. */
function testFiles(): string[] {
  const packages = readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/test`);
  return ["test", "packages/testkit/src/contract", ...packages]
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => (file.startsWith("packages/testkit/src") ? /\.ts$/ : /\.test\.ts$/).test(file));
}

/** Items named in titles, each with the files that name it. Only prefixes of the page count: `[T1]` is an array. */
function tags(prefixes: ReadonlySet<string>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of testFiles()) {
    for (const [, list = ""] of read(file).matchAll(TAGS)) {
      for (const id of list.split(", ").filter((tag) => prefixes.has(prefixOf(tag)))) {
        found.set(id, (found.get(id) ?? new Set()).add(file));
      }
    }
  }
  return found;
}

function prefixOf(id: string): string {
  return id.replace(/\d+$/, "");
}

const ids = items().map(({ id }) => id);
const tagged = tags(new Set(ids.map(prefixOf)));

describe("the acceptance list", () => {
  it("numbers its items without a gap, by prefix", () => {
    const counts = new Map<string, number>();
    const expected = ids.map((id) => {
      const prefix = prefixOf(id);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      return `${prefix}${counts.get(prefix)}`;
    });

    expect(ids).toEqual(expected);
    expect(counts.get("DF")).toBe(90);
    expect(counts.get("FH")).toBe(83);
    expect(counts.get("SQL")).toBe(56);
    expect(counts.get("GR")).toBe(80);
  });

  it("has a test for every item, but for those that it says are not shown", () => {
    const notShown = items().flatMap(({ id, upstream }) => (upstream === "not shown" ? [id] : []));
    expect(ids.filter((id) => !tagged.has(id))).toEqual(notShown);
  });

  it("says of each item that is not shown what would show it, in files that are there", () => {
    const notes = missing();
    expect([...notes.keys()].filter((id) => !ids.includes(id))).toEqual([]);
    for (const { id } of items().filter(({ upstream }) => upstream === "not shown")) {
      const files = [...(notes.get(id) ?? "").matchAll(/`([\w./-]+\.(?:ts|js))`/g)].map(([, file = ""]) => file);
      expect([id, files.length > 0]).toEqual([id, true]);
      expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    }
    const lines = [...notes].map(([id, text]) => `  ${id} is not shown, or in part: ${text.replaceAll(/\s+/g, " ")}\n`);
    process.stdout.write(lines.join(""));
  });

  it("has an item for every number in the title of a test", () => {
    const unknown = [...tagged]
      .filter(([id]) => !ids.includes(id))
      .map(([id, files]) => `${id} in ${[...files].join()}`);
    expect(unknown).toEqual([]);
  });

  it("marks as different exactly what the page of differences explains [DF90]", () => {
    const prefixes = new Set(ids.map(prefixOf));
    const explained = [...read("docs/differences.md").matchAll(/\(([A-Z]+\d+(?:, [A-Z]+\d+)*)\)/g)]
      .flatMap(([, list = ""]) => list.split(", "))
      .filter((id) => prefixes.has(prefixOf(id)));
    const marked = items().flatMap(({ id, upstream }) => (upstream === "differs" ? [id] : []));

    expect([...new Set(explained)].sort()).toEqual([...marked].sort());
  });
});
