import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..");

function documents(): string[] {
  const below = ["docs", "packages"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return [...readdirSync(ROOT), ...below].filter((file) => file.endsWith(".md") && !file.includes("node_modules"));
}

/** Relative targets of the links in a document, without anchors. */
function links(file: string): string[] {
  return [...readFileSync(join(ROOT, file), "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

describe("documents", () => {
  it("link only to what is there", () => {
    const broken = documents().flatMap((file) =>
      links(file)
        .filter((target) => !existsSync(resolve(ROOT, dirname(file), target)))
        .map((target) => `${file} → ${target}`),
    );

    expect(broken).toEqual([]);
  });

  it("name only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
    const named = documents().flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(/npm run ([a-z0-9:]+)/g)].map(([, script = ""]) => script),
    );

    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it("exist for every package, on one page", () => {
    const packages = readdirSync(join(ROOT, "packages"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const lengths = packages.map(({ name }) => {
      const file = join(ROOT, "packages", name, "README.md");
      return [name, existsSync(file) ? readFileSync(file, "utf8").split("\n").length : "missing"] as const;
    });

    expect(lengths.filter(([, lines]) => typeof lines === "string" || lines > 120)).toEqual([]);
  });

  it("keep the architecture within 400 lines", () => {
    expect(readFileSync(join(ROOT, "docs/architecture.md"), "utf8").split("\n").length).toBeLessThanOrEqual(400);
  });
});
