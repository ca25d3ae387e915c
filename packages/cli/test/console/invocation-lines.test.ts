import { consoleLine } from "../../src/console/console-line";
import { invocationLines } from "../../src/console/invocation-lines";
import { LevelFilter } from "../../src/console/level-filter";
import { LineLogger } from "../../src/console/line-logger";
import { LineWriter } from "../../src/console/line-writer";

const started = { type: "invocationStarted", functionName: "hello", invocationId: "id-1", reason: "because" } as const;
const finished = {
  type: "invocationFinished",
  functionName: "hello",
  invocationId: "id-1",
  reason: "because",
  durationMs: 12.4,
} as const;

function print(printRuns: boolean, ...events: Parameters<ReturnType<typeof invocationLines>>[0][]): string {
  let text = "";
  const writer = new LineWriter((part) => (text += part));
  const filter = new LevelFilter({}, false);
  const listener = invocationLines(new LineLogger({ writer, filter, now: () => 0, format: consoleLine }), printRuns);
  for (const event of events) listener(event);
  writer.flush();
  return text.replaceAll("[1970-01-01T00:00:00.000Z] ", "");
}

describe("invocation lines", () => {
  it("look as those of func start", () => {
    expect(print(true, started, { ...finished, succeeded: true })).toBe(
      "Executing 'Functions.hello' (Reason='because', Id=id-1)\n" +
        "Executed 'Functions.hello' (Succeeded, Id=id-1, Duration=12ms)\n",
    );
  });

  it("are left out for runs that succeed when nobody looks on", () => {
    expect(print(false, started, { ...finished, succeeded: true })).toBe("");
  });

  it("always tell of a failure", () => {
    expect(print(false, started, { ...finished, succeeded: false, error: "boom" })).toBe(
      "Executed 'Functions.hello' (Failed, Id=id-1, Duration=12ms)\nboom\n",
    );
  });
});
