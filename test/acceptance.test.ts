import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..");

/** `| DF38 | behaviour | differs |`: an item of docs/acceptance.md. */
const ROW = /^\| ([A-Z]+\d+) +\| (.+?) +\| (same|differs) +\|$/gm;

/** `[DF38]` or `[DF38, DF44]` at the end of a title. */
const TAGS = /\[([A-Z]+\d+(?:, [A-Z]+\d+)*)\](?=["'`])/g;

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function items(): { readonly id: string; readonly differs: boolean }[] {
  return [...read("docs/acceptance.md").matchAll(ROW)].map(([, id = "", , upstream]) => ({
    id,
    differs: upstream === "differs",
  }));
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
  });

  it("has a test for every item", () => {
    expect(ids.filter((id) => !tagged.has(id))).toEqual([]);
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
    const marked = items().flatMap(({ id, differs }) => (differs ? [id] : []));

    expect([...new Set(explained)].sort()).toEqual([...marked].sort());
  });
});
