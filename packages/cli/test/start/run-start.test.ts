import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineWriter } from "../../src/console/line-writer";
import { runStart } from "../../src/start/run-start";
import type { StartOptions } from "../../src/start/start-options";
import { Listeners } from "../server/exchange";

const folder = mkdtempSync(join(tmpdir(), "durable-host-run-start-"));
const listeners = new Listeners();
afterEach(() => listeners.closeAll());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a start that fails before any app is loaded; resolves to its code and what it printed as the error. */
async function failingStart(options: Partial<StartOptions>, environment: Record<string, string> = {}) {
  let printed = "";
  const errors = new LineWriter((text) => (printed += text));
  const code = await runStart(
    {
      scriptRoot: folder,
      dataDir: join(folder, "data"),
      enableAuth: false,
      startTimeoutMs: 10_000,
      verbose: false,
      watch: false,
      ...options,
    },
    {
      environment,
      output: new LineWriter(() => undefined),
      errors,
      isTerminal: false,
      color: false,
      stopRequest: { made: new Promise(() => undefined) },
    },
  );
  errors.flush();
  return { code, printed: printed.trim() };
}

describe("a start that cannot succeed", () => {
  it("ends with code 1 and one paragraph when there is no app", async () => {
    const { code, printed } = await failingStart({});
    expect(code).toBe(1);
    expect(printed).toMatch(/^.* holds no Functions app.*--script-root\.$/);
  });

  it("says how to choose another port, and touches no store", async () => {
    writeFileSync(join(folder, "package.json"), "{}");
    const { port } = await listeners.listen(() => Promise.resolve(undefined));
    const { code, printed } = await failingStart({ port });
    expect(code).toBe(1);
    expect(printed).toBe(
      `Port ${port} is unavailable. Close the process using that port, or specify another port using --port [-p].`,
    );
    expect(readdirSync(folder)).not.toContain("data");
  });

  it("names a setting that has a wrong value", async () => {
    writeFileSync(join(folder, "package.json"), "{}");
    const { code, printed } = await failingStart({}, { FUNCTIONS_WORKER_PROCESS_COUNT: "many" });
    expect(code).toBe(1);
    expect(printed).toBe('App setting FUNCTIONS_WORKER_PROCESS_COUNT is "many"; expected: whole number 1–10.');
  });
});
