import { parseBlobPath } from "../../src/storage-account/blob-path";

describe("the path of a blob", () => {
  it.each([
    ["files/a/b.txt", { container: "files", blob: "a/b.txt" }],
    ["/files/..a/b..", { container: "files", blob: "..a/b.." }],
    ["files", { container: "files", blob: "" }],
  ])("%s names container and blob", (text, expected) => {
    expect(parseBlobPath(text)).toEqual(expected);
  });

  it.each(["files/../secrets/x", "files/a/../../secrets/x", "../x", "files/..", "files/./x", "."])(
    "%s does not lead out of its container",
    (text) => {
      expect(() => parseBlobPath(text)).toThrow('"." and ".." cannot be parts of it');
    },
  );

  it("begins with a container", () => {
    expect(() => parseBlobPath("//")).toThrow("begins with the name of a container");
  });
});
