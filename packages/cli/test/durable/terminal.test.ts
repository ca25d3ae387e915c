import { PassThrough } from "node:stream";
import { askYesOrNo } from "../../src/durable/terminal";

/** Asks, types, and resolves to what that was taken for. */
function answered(typed: string): Promise<boolean> {
  const input = new PassThrough();
  input.end(typed);
  return askYesOrNo("Delete it?", input, new PassThrough());
}

describe("a question on the terminal", () => {
  it.each(["y\n", "YES\n"])("is agreed to with %j", async (typed) => {
    await expect(answered(typed)).resolves.toBe(true);
  });

  it.each(["\n", "n\n", "yesterday\n", ""])("is not agreed to with %j", async (typed) => {
    await expect(answered(typed)).resolves.toBe(false);
  });

  it("is not agreed to when it is left with Ctrl+C", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asked = askYesOrNo("Delete it?", input, Object.assign(output, { isTTY: true }));
    input.write("\u0003");
    await expect(asked).resolves.toBe(false);
  });
});
