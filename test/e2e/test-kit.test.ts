import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const SCRIPT = join(__dirname, "apps/test-kit.mjs");

describe("the test kit outside a test runner", () => {
  it("runs an app on plain Node.js, leaves nothing open and no file behind", async () => {
    const directory = await mkdtemp(join(tmpdir(), "durable-test-kit-"));
    try {
      // A process that something holds open would be killed, and the test would fail.
      const { stdout, stderr } = await run(process.execPath, [SCRIPT], { cwd: directory, timeout: 25_000 });

      expect(JSON.parse(stdout)).toEqual({ output: "Hello Ada", completedAt: "2030-01-31T00:00:00.000Z" });
      expect(stderr).toBe("");
      expect(await readdir(directory)).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
