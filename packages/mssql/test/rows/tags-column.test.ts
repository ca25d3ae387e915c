import { areTooManyTags, checkTags, parseTagsColumn, tagsColumn } from "../../src/rows/tags-column";

/** As JSON `{"k":"…"}`, eight bytes more than its value. */
function tagsOf(bytes: number): Record<string, string> {
  return { k: "x".repeat(bytes - 8) };
}

describe("tags", () => {
  it("fit up to 8000 bytes of JSON [SQL40]", () => {
    const tags = tagsOf(8_000);
    checkTags(tags);
    expect(areTooManyTags(tags)).toBe(false);
    expect(parseTagsColumn(tagsColumn(tags))).toEqual(tags);
  });

  it("are refused beyond that, counted in bytes [SQL40]", () => {
    expect(() => checkTags(tagsOf(8_001))).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(() => checkTags({ k: "ü".repeat(4_000) })).toThrow(/8008 bytes/);
    expect(tagsColumn(tagsOf(8_001))).toBeNull();
    expect(areTooManyTags(tagsOf(8_001))).toBe(true);
  });

  it("are no text at all when there are none [SQL40]", () => {
    checkTags(undefined);
    expect([tagsColumn(undefined), tagsColumn({})]).toEqual([null, null]);
    expect(areTooManyTags(undefined)).toBe(false);
  });

  it("keep quotes, escapes and what older collations lose [SQL11, SQL40]", () => {
    const tags = { 'a"b': "\\ \n 😀", ü: "\u0000" };
    for (const isUtf8 of [true, false]) expect(parseTagsColumn(tagsColumn(tags, { isUtf8 }))).toEqual(tags);
  });
});
