import type * as FileSystem from "node:fs";
import { fsyncSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../../src/connection/make-directory";
import { aDirectory } from "../sqlite-fixture";

jest.mock("node:fs", () => {
  const fs = jest.requireActual<typeof FileSystem>("node:fs");
  return { ...fs, fsyncSync: jest.fn(fs.fsyncSync) };
});
const synced = jest.mocked(fsyncSync);

let directory: ReturnType<typeof aDirectory>;
beforeEach(() => {
  directory = aDirectory();
  synced.mockClear();
});
afterEach(() => directory.remove());

it("makes every directory of the path and syncs each one that got a new entry", () => {
  const path = join(directory.path, "a", "b", "c");
  makeDirectory(path);
  expect(statSync(path).isDirectory()).toBe(true);
  expect(synced).toHaveBeenCalledTimes(process.platform === "win32" ? 0 : 3);
});

it("has nothing to do for a directory that is there", () => {
  mkdirSync(join(directory.path, "a"));
  makeDirectory(join(directory.path, "a"));
  expect(synced).not.toHaveBeenCalled();
});

it("fails where a file is in the way", () => {
  writeFileSync(join(directory.path, "a"), "");
  expect(() => makeDirectory(join(directory.path, "a", "b"))).toThrow(/ENOTDIR|EEXIST/);
});
