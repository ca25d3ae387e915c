import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration } from "@durable-host/functions";
import { listenAddress } from "../../src/start/listen-address";

const appRoot = mkdtempSync(join(tmpdir(), "durable-host-listen-"));
writeFileSync(join(appRoot, "package.json"), "{}");
afterEach(() => rmSync(join(appRoot, "local.settings.json"), { force: true }));
afterAll(() => rmSync(appRoot, { recursive: true, force: true }));

function chosen(environment: Record<string, string>, options: { address?: string; port?: number } = {}): string {
  const { address, port } = listenAddress(options, loadConfiguration({ appRoot, environment }));
  return `${address} ${port}`;
}

describe("where the host listens", () => {
  it("is this machine only, on port 7071, when nobody says otherwise", () => {
    expect(chosen({})).toBe("localhost 7071");
  });

  it.each([
    ["http://+:8080", "0.0.0.0 8080"],
    ["http://*:80", "0.0.0.0 80"],
    ["http://+", "0.0.0.0 80"],
    ["http://any.name:81", "0.0.0.0 81"],
    ["http://[::]:8080", ":: 8080"],
    ["http://10.0.0.4:8080", "10.0.0.4 8080"],
    ["http://localhost:5000", "localhost 5000"],
    ["https://+:443; http://+:8080", "0.0.0.0 8080"],
  ])("is read from ASPNETCORE_URLS %s as %s", (ASPNETCORE_URLS, expected) => {
    expect(chosen({ ASPNETCORE_URLS })).toBe(expected);
  });

  it("has the port of the platform and the address of the image when both are given", () => {
    expect(chosen({ ASPNETCORE_URLS: "http://+:8080", WEBSITES_PORT: "3000" })).toBe("0.0.0.0 3000");
    expect(chosen({ ASPNETCORE_URLS: "http://+:8080", WEBSITES_PORT: "3000", PORT: "4000" })).toBe("0.0.0.0 4000");
  });

  it("stays on this machine when only a port is given", () => {
    expect(chosen({ PORT: "4000" })).toBe("localhost 4000");
  });

  it("is what the command line says, whatever the environment says", () => {
    expect(chosen({ ASPNETCORE_URLS: "http://+:80", PORT: "4000" }, { address: "127.0.0.1", port: 9 })).toBe(
      "127.0.0.1 9",
    );
  });

  it("comes from local.settings.json only where the environment says nothing", () => {
    const host = { LocalHttpPort: 7072, LocalHttpAddress: "127.0.0.2" };
    writeFileSync(join(appRoot, "local.settings.json"), JSON.stringify({ IsEncrypted: false, Host: host }));
    expect(chosen({})).toBe("127.0.0.2 7072");
    expect(chosen({ PORT: "4000" })).toBe("127.0.0.2 4000");
    expect(chosen({ ASPNETCORE_URLS: "http://+:8080" })).toBe("0.0.0.0 8080");
  });

  it.each(["https://+:443", "+:80", "8080"])("cannot be ASPNETCORE_URLS %s, and says so", (ASPNETCORE_URLS) => {
    expect(() => chosen({ ASPNETCORE_URLS })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("http://+:8080") }),
    );
  });

  it("cannot be a port that is none", () => {
    expect(() => chosen({ PORT: "tcp://10.0.0.1:80" })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});
