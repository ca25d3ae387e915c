import { pathToFileURL } from "node:url";
import { LoadedFiles } from "../../src/worker/loaded-files";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("LoadedFiles", () => {
  it("tells of the files of a turn together, each once, whether paths or URLs", async () => {
    const told: (readonly string[])[] = [];
    const files = new LoadedFiles((list) => told.push(list));
    for (const each of ["/app/a.js", pathToFileURL("/app/b.js").href, "/app/a.js"]) files.add(each);
    await nextTurn();
    files.add("/app/b.js");
    files.add("/app/c.js");
    files.flush();
    await nextTurn();
    expect(told).toEqual([["/app/a.js", "/app/b.js"], ["/app/c.js"]]);
  });

  it("knows no packages and no modules of Node.js", async () => {
    const told: (readonly string[])[] = [];
    const files = new LoadedFiles((list) => told.push(list));
    for (const each of ["fs", "node:fs", "/app/node_modules/x/index.js", "file:///app/node_modules/y/i.mjs"])
      files.add(each);
    await nextTurn();
    expect(told).toEqual([]);
  });
});
