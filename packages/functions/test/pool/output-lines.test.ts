import { PassThrough } from "node:stream";
import { readLines } from "../../src/pool/output-lines";

async function linesOf(...pieces: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream, (line) => lines.push(line));
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await new Promise((resolve) => stream.once("close", resolve));
  return lines;
}

describe("the output of a process", () => {
  it("comes in lines, however it is written", async () => {
    await expect(linesOf("a\nb", "c\r\n", "\nd")).resolves.toEqual(["a", "bc", "", "d"]);
  });

  it("keeps letters whole that are cut between writes", async () => {
    const bytes = Buffer.from("ä€\n");
    await expect(linesOf(...[...bytes].map((byte) => Buffer.from([byte])))).resolves.toEqual(["ä€"]);
  });

  it("does not gather an endless line", async () => {
    const lines = await linesOf("x".repeat(100_000), "y\n");
    expect(lines.map(({ length }) => length)).toEqual([100_000, 1]);
  });
});
