import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { builtinModules } from "node:module";

const ROOT = resolve(__dirname, "..");
const PACKAGES = readdirSync(join(ROOT, "packages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, "packages", entry.name, "package.json")))
  .map((entry) => entry.name);

/** Which packages each package may import. Spokes know the hub only; the rim joins them. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  sqlite: ["engine"],
  mssql: ["engine"],
  functions: ["engine"],
  grpc: ["engine"],
  dashboard: ["engine"],
  telemetry: ["engine"],
  testkit: ["engine"],
  cli: ["engine", "sqlite", "mssql", "functions", "telemetry", "grpc", "dashboard"],
};

/** Folders of the engine in the order they may know each other: a folder imports itself and what stands before it. */
const ENGINE_LAYERS = ["model", "decide", "ports", "client", "dispatch"];

const MAX_LINES = 400;

interface Import {
  readonly file: string;
  readonly specifier: string;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(name: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as Manifest;
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|js)$/.test(file) && !/(^|\/)(node_modules|dist)\//.test(file))
    .map((file) => join(folder, file));
}

function importsOf(folder: string): Import[] {
  // A statement's `from "x"`, a side-effect import, a dynamic import or require.
  const pattern =
    /^(?:import|export|\})[^"'`;]*?\bfrom\s*["']([^"'\n]+)["']|^import\s*["']([^"'\n]+)["']|\b(?:import|require)\(["']([^"'\n]+)["']\)/gm;
  return sourceFiles(folder).flatMap((file) =>
    [
      ...readFileSync(join(ROOT, file), "utf8")
        .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
        .matchAll(pattern),
    ].map(([, named, effect, dynamic]) => ({ file, specifier: named ?? effect ?? dynamic ?? "" })),
  );
}

/** The package behind a specifier: `@scope/name/x` and `name/x` lose their subpath. Relative ones have none. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || isBuiltin(specifier)) return undefined;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

/** The workspace package behind an import, whether by name or by path; `app` for the reference app. */
function workspaceOf({ file, specifier }: Import): string | undefined {
  const byName = PACKAGES.find((name) => manifest(name).name === packageOf(specifier));
  if (byName !== undefined) return byName;
  if (!specifier.startsWith(".")) return undefined;
  const [top = "", name = ""] = relative(ROOT, resolve(ROOT, dirname(file), specifier)).split("/");
  if (top === "packages") return name;
  return top === "src" ? "app" : undefined;
}

describe("the package graph", () => {
  it("has only packages with a place in it", () => {
    expect(PACKAGES.filter((name) => !(name in MAY_IMPORT))).toEqual([]);
  });

  it.each(PACKAGES)("lets %s import only what it may know", (name) => {
    const allowed = new Set([name, ...(MAY_IMPORT[name] ?? [])]);
    const forbidden = importsOf(`packages/${name}/src`).filter((found) => {
      const target = workspaceOf(found);
      return target !== undefined && !allowed.has(target);
    });

    expect(forbidden).toEqual([]);
  });

  it.each(PACKAGES)("has every import of %s declared as its dependency, and no path into a sibling", (name) => {
    const { name: own, dependencies = {} } = manifest(name);
    // Given by the app at run time, never installed by the runtime.
    const provided = new Set([own, "@azure/functions-core"]);
    const undeclared = importsOf(`packages/${name}/src`).filter((found) => {
      const target = packageOf(found.specifier);
      if (target !== undefined) return !(target in dependencies) && !provided.has(target);
      return found.specifier.startsWith(".") && workspaceOf(found) !== name;
    });

    expect(undeclared).toEqual([]);
  });

  it("keeps the engine free of everything but Node built-ins, and its model and decisions free of those too", () => {
    const outside = importsOf("packages/engine/src").filter(({ specifier }) => packageOf(specifier) !== undefined);
    const impure = ["model", "decide"]
      .flatMap((folder) => importsOf(`packages/engine/src/${folder}`))
      .filter(({ specifier }) => !specifier.startsWith("."));

    expect({ outside, impure }).toEqual({ outside: [], impure: [] });
  });

  it("keeps effects out of the engine's inner layers: nothing there imports dispatch or client", () => {
    const outward = ["model", "decide", "ports"].flatMap((folder) =>
      importsOf(`packages/engine/src/${folder}`).filter(({ file, specifier }) => {
        const target = relative(join(ROOT, "packages/engine/src"), resolve(ROOT, dirname(file), specifier)).split(
          "/",
        )[0];
        return ENGINE_LAYERS.indexOf(target ?? "") >= ENGINE_LAYERS.indexOf("client");
      }),
    );

    expect(outward).toEqual([]);
  });
});

describe("the reference app", () => {
  it("imports nothing from the runtime, so that it runs under any host [DF90]", () => {
    const found = importsOf("src");

    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((item) => workspaceOf(item) !== undefined && workspaceOf(item) !== "app")).toEqual([]);
    expect(new Set(found.map(({ specifier }) => packageOf(specifier)).filter((name) => name !== undefined))).toEqual(
      new Set(["@azure/functions", "durable-functions"]),
    );
  });

  it("is not imported by the runtime", () => {
    const found = PACKAGES.flatMap((name) => importsOf(`packages/${name}/src`));

    expect(found.filter((item) => workspaceOf(item) === "app")).toEqual([]);
  });
});

describe("source files", () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const folders = [
      "src",
      "test",
      "bench",
      ...PACKAGES.flatMap((name) => [`packages/${name}/src`, `packages/${name}/test`]),
    ];
    const tooLong = folders
      .flatMap(sourceFiles)
      .map((file) => ({ file, lines: readFileSync(join(ROOT, file), "utf8").split("\n").length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);

    expect(tooLong).toEqual([]);
  });

  it("are named in kebab-case, for what they do", () => {
    const misnamed = ["src", ...PACKAGES.map((name) => `packages/${name}/src`)].flatMap(sourceFiles).filter((file) => {
      const name = file.split("/").at(-1) ?? "";
      return !/^[a-z0-9]+(-[a-z0-9]+)*\.(ts|js)$/.test(name) || /^(utils?|helpers?|common|manager)\./.test(name);
    });

    expect(misnamed).toEqual([]);
  });
});
