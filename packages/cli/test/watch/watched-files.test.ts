import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { foldersOf, WatchedFiles } from "../../src/watch/watched-files";
import { Folders } from "../local/run-local-command";

const folders = new Folders();
afterEach(() => folders.dispose());

/** An app with two entry files, one of which has been loaded together with a file it imports. */
async function aWatchedApp() {
  const root = folders.make({
    "host.json": "{}",
    "package.json": '{ "main": "src/functions/*.js" }',
    "src/functions/a.js": "1",
    "src/functions/b.js": "2",
    "src/shared.js": "3",
  });
  const files = new WatchedFiles({ scriptRoot: root, dataDir: join(root, "store") });
  files.add([join(root, "src/functions/a.js"), join(root, "src/shared.js")]);
  await files.readEntryFiles();
  return { root, files };
}

describe("what --watch takes for a change", () => {
  it("is another content of a file that has been loaded, not the same one written again", async () => {
    const { root, files } = await aWatchedApp();
    const shared = join(root, "src/shared.js");
    writeFileSync(shared, "3");
    expect(await files.concerns("change", shared)).toBe(false);
    writeFileSync(shared, "4");
    expect(await files.concerns("change", shared)).toBe(true);
    expect(await files.concerns("change", shared)).toBe(false);
    rmSync(shared);
    expect(await files.concerns("unlink", shared)).toBe(true);
  });

  it("is a change of the configuration, also the first", async () => {
    const { root, files } = await aWatchedApp();
    writeFileSync(join(root, "local.settings.json"), "{}");
    expect(await files.concerns("add", join(root, "local.settings.json"))).toBe(true);
  });

  it("is a new entry file, and none that main does not name", async () => {
    const { root, files } = await aWatchedApp();
    const [entry, other] = [join(root, "src/functions/c.js"), join(root, "src/other.js")];
    writeFileSync(other, "");
    expect(await files.concerns("add", other)).toBe(false);
    writeFileSync(entry, "");
    expect(await files.concerns("add", entry)).toBe(true);
    await files.readEntryFiles();
    expect(await files.concerns("add", entry)).toBe(false);
  });

  it("is nothing in a file that the app has not loaded", async () => {
    const { root, files } = await aWatchedApp();
    writeFileSync(join(root, "src/data.json"), "[]");
    expect(await files.concerns("change", join(root, "src/data.json"))).toBe(false);
  });

  it("is also what has changed before anybody looked", async () => {
    const { root, files } = await aWatchedApp();
    expect(files.changedUnseen()).toEqual([]);
    writeFileSync(join(root, "src/shared.js"), "5");
    expect(files.changedUnseen()).toEqual([join(root, "src/shared.js")]);
    expect(files.changedUnseen()).toEqual([]);
  });

  it("tells of files that are loaded later, once each", async () => {
    const { root, files } = await aWatchedApp();
    const added: (readonly string[])[] = [];
    files.onAdded((list) => added.push(list));
    const [known, late] = [join(root, "src/shared.js"), join(root, "../linked/late.js")];
    files.add([known, late]);
    files.add([late]);
    expect(added).toEqual([[late]]);
  });
});

describe("where --watch looks", () => {
  const root = "/srv/app";

  it("is the folders of the entry files", () => {
    const files = [join(root, "dist/functions/a.js"), join(root, "dist/b.js"), join(root, "lib/c.js"), "/srv/x/d.js"];
    expect(foldersOf(root, files)).toEqual([join(root, "dist"), join(root, "lib")]);
  });

  it("is the whole root for an entry file in the root", () => {
    expect(foldersOf(root, [join(root, "index.js"), join(root, "dist/b.js")])).toEqual([root]);
  });

  it.each([
    ["", false, false],
    ["src/functions/a.js", true, false],
    ["src/data.json", true, false],
    ["src/a.mts", true, false],
    ["dist/a.js.map", true, true],
    ["README.md", true, true],
    ["node_modules/x/index.js", true, true],
    [".durable/Shop.db", true, true],
    ["store", false, true],
    ["store/x.json", true, true],
    ["storefront/x.js", true, false],
    ["../linked/late.js", true, false],
    ["test/loaded.js", true, false],
  ])("%s (file: %s) is ignored: %s", (path, isFile, ignored) => {
    const files = new WatchedFiles({ scriptRoot: root, dataDir: join(root, "store") });
    files.add([join(root, "test/loaded.js")]);
    expect(files.ignores(join(root, path), isFile)).toBe(ignored);
  });
});
