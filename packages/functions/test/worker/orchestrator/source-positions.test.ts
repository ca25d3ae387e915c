import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { SourcePositions } from "../../../src/worker/orchestrator/source-positions";

let root: string;
beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), "source-positions-")))));
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A map whose first line 1, column 1 comes from line 3, column 5 of the source. */
const mapTo = (source: string, extra: object = {}) =>
  JSON.stringify({ version: 3, sources: [source], names: [], mappings: "AAEI", ...extra });

const at = (file: string) => ({ file, line: 1, column: 1 });

describe("a position in the source", () => {
  it("comes from the map that lies beside the compiled file", () => {
    const file = write("dist/src/order.js", "code();\n//# sourceMappingURL=order.js.map\n");
    write("dist/src/order.js.map", mapTo("../../src/order.ts"));
    expect(new SourcePositions(root).of(at(file))).toBe("src/order.ts:3:5");
  });

  it("comes from a map within the compiled file, and the last of several counts", () => {
    const inline = Buffer.from(mapTo("../src/order.ts")).toString("base64");
    const text = `//# sourceMappingURL=none.map\ncode();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${inline}`;
    expect(new SourcePositions(root).of(at(write("dist/order.js", text)))).toBe("src/order.ts:3:5");
    const plain = `x();\n//# sourceMappingURL=data:application/json,${encodeURIComponent(mapTo("../src/pay.ts"))}`;
    expect(new SourcePositions(root).of(at(write("dist/pay.js", plain)))).toBe("src/pay.ts:3:5");
  });

  it.each([
    ["src/order.ts", { sourceRoot: "../.." }],
    ["webpack://shop/./src/order.ts", {}],
  ])("understands sources named %j with %j", (source, extra) => {
    const file = write("dist/src/order.js", "code();\n//# sourceMappingURL=order.js.map");
    write("dist/src/order.js.map", mapTo(source, extra));
    expect(new SourcePositions(root).of(at(file))).toBe("src/order.ts:3:5");
  });

  it("is that in the file itself without a usable map", () => {
    const positions = new SourcePositions(root);
    expect(positions.of({ file: write("src/plain.js", "code();"), line: 7, column: 2 })).toBe("src/plain.js:7:2");
    const broken = write("src/broken.js", "code();\n//# sourceMappingURL=broken.js.map");
    write("src/broken.js.map", "{");
    expect(positions.of(at(broken))).toBe("src/broken.js:1:1");
    expect(positions.of(at(write("src/lost.js", "code();\n//# sourceMappingURL=lost.js.map")))).toBe("src/lost.js:1:1");
  });

  it("is found for modules that are named by address, and for an app behind a link", () => {
    const file = write("app/src/order.mjs", "code();");
    symlinkSync(join(root, "app"), join(root, "link"));
    expect(new SourcePositions(join(root, "link")).of(at(pathToFileURL(file).href))).toBe("src/order.mjs:1:1");
  });

  it("is found for an app that is itself installed as a package", () => {
    const file = write("node_modules/app/src/order.js", "code();");
    expect(new SourcePositions(join(root, "node_modules/app")).of(at(file))).toBe("src/order.js:1:1");
  });

  it("keeps the whole path outside of the app's folder", () => {
    const file = write("shared/order.js", "code();");
    expect(new SourcePositions(join(root, "app")).of(at(file))).toBe(`${file.replaceAll("\\", "/")}:1:1`);
  });

  it.each([
    ["a source on another machine", { sources: ["file://elsewhere/order.ts"] }],
    ["a source that is no path", { sources: ["file:///a%2Forder.ts"] }],
    ["no sources", { sources: [] }],
    ["a source without a name", { sources: [null] }],
  ])("is that in the compiled file if its map has %s", (_, extra) => {
    const file = write("dist/order.js", "code();\n//# sourceMappingURL=order.js.map");
    write("dist/order.js.map", mapTo("", extra));
    expect(new SourcePositions(root).of(at(file))).toBe("dist/order.js:1:1");
  });

  it("does without a root of the sources that is no text", () => {
    const file = write("dist/order.js", "code();\n//# sourceMappingURL=order.js.map");
    write("dist/order.js.map", mapTo("order.ts", { sourceRoot: 5 }));
    expect(new SourcePositions(root).of(at(file))).toBe("dist/order.ts:3:5");
  });

  it("is none for a module on another machine", () => {
    expect(new SourcePositions(root).of(at("file://elsewhere/order.js"))).toBeUndefined();
  });

  it("is none in packages, in Node.js and in this host, also when they are bundled into the app", () => {
    const positions = new SourcePositions(root);
    expect(positions.of(at(write("node_modules/sdk/index.js", "code();")))).toBeUndefined();
    expect(positions.of(at("node:internal/process/task_queues"))).toBeUndefined();
    expect(positions.of(at(join(__dirname, "../../../src/worker/invoker.ts")))).toBeUndefined();
    const bundle = write("dist/main.js", "code();\n//# sourceMappingURL=main.js.map");
    write("dist/main.js.map", mapTo("../node_modules/sdk/index.js"));
    expect(positions.of(at(bundle))).toBeUndefined();
  });
});
