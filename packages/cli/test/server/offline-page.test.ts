import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OfflinePage } from "../../src/server/offline-page";

let folder: string;
let time = 0;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "durable-offline-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const page = () => new OfflinePage(folder, () => time);

describe("app_offline.htm", () => {
  it("is what everybody gets while it is there, at most a second late", () => {
    const offline = page();
    expect(offline.response).toBeUndefined();
    writeFileSync(join(folder, "app_offline.htm"), "<p>Back at nine");
    expect(offline.response).toBeUndefined();
    time += 1000;
    expect(offline.response).toEqual({
      status: 503,
      headers: [["Content-Type", "text/html; charset=utf-8"]],
      body: Buffer.from("<p>Back at nine"),
    });
    rmSync(join(folder, "app_offline.htm"));
    time += 1000;
    expect(offline.response).toBeUndefined();
  });

  it("can be put there and taken away, at once", () => {
    const offline = page();
    offline.isOffline = true;
    expect(offline.response?.status).toBe(503);
    offline.isOffline = false;
    expect(offline.response).toBeUndefined();
    expect(existsSync(join(folder, "app_offline.htm"))).toBe(false);
  });

  it("that is there already is left as it is", () => {
    writeFileSync(join(folder, "app_offline.htm"), "mine");
    const offline = page();
    offline.isOffline = true;
    expect(String(offline.response?.body)).toBe("mine");
  });
});
