import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogSync } from "../../src/connection/log-sync";

jest.mock("node:fs", () => ({
  __esModule: true,
  ...jest.requireActual<typeof fs>("node:fs"),
  fdatasyncSync: jest.fn(),
}));

const inPlace = jest.mocked(fs.fdatasyncSync);

describe("synchronising the log", () => {
  let directory: string;
  let descriptor: number;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "log-sync-"));
    descriptor = openSync(join(directory, "log"), "w");
    inPlace.mockReset();
  });
  afterEach(() => {
    closeSync(descriptor);
    rmSync(directory, { recursive: true });
    jest.restoreAllMocks();
  });

  /** Makes every flush take this long by the clock it is measured with. */
  function flushesTake(ms: number): void {
    let now = 0;
    jest.spyOn(performance, "now").mockImplementation(() => (now += ms));
  }

  it("waits in place for short flushes that hardly anybody waits for", async () => {
    flushesTake(0.1);
    const log = new LogSync(descriptor);
    for (let i = 0; i < 10; i++) await log.sync(1);
    expect(inPlace.mock.calls.length).toBeGreaterThan(5);
  });

  it("leaves the event loop free when many wait", async () => {
    flushesTake(0.1);
    const log = new LogSync(descriptor);
    for (let i = 0; i < 10; i++) await log.sync(3);
    expect(inPlace).not.toHaveBeenCalled();
  });

  it("leaves the event loop free on a slow disk, and until it is known to be fast", async () => {
    flushesTake(5);
    const log = new LogSync(descriptor);
    for (let i = 0; i < 10; i++) await log.sync(1);
    expect(inPlace).not.toHaveBeenCalled();
  });

  it("rejects when the disk cannot be written", async () => {
    flushesTake(0.1);
    const log = new LogSync(descriptor);
    await log.sync(1);
    inPlace.mockImplementation(() => {
      throw new Error("EIO");
    });
    await expect(log.sync(1)).rejects.toThrow("EIO");
  });
});
