import type { LineWriter } from "../console/line-writer";
import type { RunningHost } from "../start/start-host";
import type { StartOptions } from "../start/start-options";
import { AppBuild, watchScript } from "./app-build";
import { watchApp } from "./watch-app";
import { WatchedFiles } from "./watched-files";

/** What `--watch` adds to a host: the app's own build, if it has one, and reloads. */
export class AppWatch {
  readonly #options: StartOptions;
  readonly #output: LineWriter;
  readonly #files: WatchedFiles;
  readonly #build: AppBuild | undefined;
  #endWatch: Promise<() => Promise<void>> | undefined;

  constructor(options: StartOptions, output: LineWriter) {
    this.#options = options;
    this.#output = output;
    this.#files = new WatchedFiles(options);
    const script = options.build ? watchScript(options.scriptRoot) : undefined;
    this.#build = script === undefined ? undefined : new AppBuild(options.scriptRoot, script, output);
  }

  /** To be told of the files that the app loads. */
  get onFiles(): (files: readonly string[]) => void {
    return this.#files.add;
  }

  /** Resolves when there is an app to load. */
  async ready(): Promise<void> {
    const { scriptRoot, startTimeoutMs } = this.#options;
    await this.#build?.ready(scriptRoot, AbortSignal.timeout(startTimeoutMs));
  }

  /** Reloads the app of a host whenever it has changed. */
  follow(host: RunningHost): void {
    const { scriptRoot } = this.#options;
    this.#endWatch = watchApp({ host, scriptRoot, files: this.#files, output: this.#output });
  }

  /** Called again, it does nothing. */
  async end(): Promise<void> {
    const endWatch = await this.#endWatch;
    this.#endWatch = undefined;
    await endWatch?.();
    await this.#build?.end();
  }
}
