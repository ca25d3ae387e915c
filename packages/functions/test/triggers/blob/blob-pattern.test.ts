import { blobPattern } from "../../../src/triggers/blob/blob-pattern";

describe("the path of a blob trigger", () => {
  it.each([
    ["samples/{name}", "a/b.txt", { name: "a/b.txt" }],
    ["samples/{name}.{extension}", "a.b.txt", { name: "a.b", extension: "txt" }],
    ["samples/in-{id}.json", "in-7.json", { id: "7" }],
    ["samples/in-{id}.json", "in-7xjson", undefined],
    ["samples/in-{id}.json", "out-7.json", undefined],
    ["samples/{{{name}}}", "{a}", { name: "a" }],
    ["samples/fixed (1).txt", "fixed (1).txt", {}],
    ["samples", "anything", {}],
  ])("%s makes of %s: %j", (path, name, match) => {
    expect(blobPattern(path).match(name)).toEqual(match);
  });

  it("tells what all names begin with", () => {
    expect(blobPattern("samples/in/{name}")).toMatchObject({ container: "samples", prefix: "in/" });
    expect(blobPattern("samples")).toMatchObject({ container: "samples", prefix: "" });
  });

  it.each(["", "/", "{container}/x"])("is not %j", (path) => {
    expect(() => blobPattern(path)).toThrow(/container/);
  });
});
