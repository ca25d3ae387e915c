import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isIgnored, watchedRoots } from "../../src/start/watch-app";

describe("what --watch follows", () => {
  const root = mkdtempSync(join(tmpdir(), "durable-host-watch-"));
  writeFileSync(join(root, "host.json"), "{}");
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("is the folders of the entry files, and the configuration that is there", () => {
    const files = [join(root, "dist/functions/a.js"), join(root, "dist/b.js"), join(root, "lib/c.js")];
    expect(watchedRoots(root, files)).toEqual([join(root, "dist"), join(root, "lib"), join(root, "host.json")]);
  });

  it("is the whole root for an entry file in the root", () => {
    expect(watchedRoots(root, [join(root, "index.js"), join(root, "dist/b.js")])).toEqual([root]);
  });

  it.each([
    ["", false, false],
    ["src/functions/a.js", true, false],
    ["src/data.json", true, false],
    ["src/a.ts", true, true],
    ["README.md", true, true],
    ["node_modules/x/index.js", true, true],
    [".durable/Shop.db", true, true],
    ["store", false, true],
    ["store/x.json", true, true],
    ["storefront/x.js", true, false],
  ])("%s (file: %s) is ignored: %s", (path, isFile, ignored) => {
    expect(isIgnored(join(root, path), { scriptRoot: root, dataDir: join(root, "store") }, isFile)).toBe(ignored);
  });
});
