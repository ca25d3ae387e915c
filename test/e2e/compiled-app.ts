import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformSync } from "@swc/core";
import type { HostFixture } from "@durable-host/testkit";

const MODULES = join(__dirname, "../../node_modules");
const MANIFEST = JSON.stringify({ name: "compiled", private: true, main: "dist/src/**/*.js" });

/** A small app in TypeScript, compiled with source maps into `dist` as apps are, whose files a test can change between hosts. */
export class CompiledApp {
  readonly scriptRoot: string;

  constructor(fixture: HostFixture, hostJson: object) {
    const host = { version: "2.0", extensions: { durableTask: hostJson } };
    this.scriptRoot = fixture.directoryWith({ "package.json": MANIFEST, "host.json": JSON.stringify(host) });
    symlinkSync(MODULES, join(this.scriptRoot, "node_modules"));
  }

  /** Writes a source file, for example `src/orchestrators/order.ts`, and what it compiles to. */
  write(file: string, code: string): void {
    const compiled = `dist/${file.replace(/\.ts$/, ".js")}`;
    const depth = "../".repeat(compiled.split("/").length - 1);
    const { code: text, map = "" } = transformSync(code, {
      filename: file,
      sourceFileName: `${depth}${file}`,
      sourceMaps: true,
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "commonjs" },
    });
    const name = compiled.split("/").at(-1);
    this.#save(file, code);
    this.#save(compiled, `${text}\n//# sourceMappingURL=${name}.map\n`);
    this.#save(`${compiled}.map`, map);
  }

  #save(file: string, text: string): void {
    const path = join(this.scriptRoot, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
