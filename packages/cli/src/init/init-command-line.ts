import { resolve } from "node:path";
import { Command, Option } from "commander";
import { CommandFailure } from "../durable/command-failure";
import type { RunLocal } from "../local/local-command";
import { initApp, type InitOptions } from "./init-app";
import { BUNDLE_CHANNELS, LANGUAGES, type Language, type Project } from "./project";

interface RawOptions {
  readonly language?: Language;
  readonly workerRuntime?: string;
  readonly model?: string;
  readonly javascript?: boolean;
  readonly typescript?: boolean;
  readonly docker?: boolean;
  readonly dockerOnly?: boolean;
  readonly sourceControl?: boolean;
  readonly force?: boolean;
  readonly bundle: boolean;
  readonly bundlesChannel: NonNullable<Project["bundles"]>;
  readonly skipNpmInstall?: boolean;
}

const EXAMPLES = `
Writes host.json, local.settings.json, package.json, src/ and what belongs to them. Files that are there stay as they
are, unless --force. On a terminal it asks for what is not said; elsewhere the app is in JavaScript.

Examples:
  $ durable-host init shop                        a new folder "shop"
  $ durable-host init --language typescript       in this folder
  $ durable-host init shop --docker --source-control --skip-npm-install`;

/** The command `durable-host init`. */
export function initCommandLine(run: RunLocal): Command {
  return new Command("init")
    .description("make a new app")
    .argument("[dir]", "folder of the app (default: the current one)")
    .addOption(new Option("-l, --language <language>", "language of the app").choices([...LANGUAGES]))
    .option("--docker", "also write a Dockerfile")
    .option("--docker-only", "write only the Dockerfile of an app that exists")
    .option("--source-control", "make a git repository")
    .option("--force", "write files again that are there")
    .option("--skip-npm-install", "do not run npm install")
    .option("--no-bundle", "without the extension bundle, which only the official host needs")
    .addOption(
      new Option("-c, --bundles-channel <channel>", "channel of that bundle")
        .choices([...BUNDLE_CHANNELS])
        .default("GA"),
    )
    .addOption(new Option("--worker-runtime <runtime>", "accepted as func init has it: node").hideHelp())
    .addOption(new Option("-m, --model <model>", "accepted as func init has it: V4").hideHelp())
    .addOption(new Option("--javascript").hideHelp().conflicts(["typescript", "language"]))
    .addOption(new Option("--typescript").hideHelp().conflicts("language"))
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .action((dir: string | undefined, raw: RawOptions) =>
      run((surroundings) => {
        requireNode(raw);
        return initApp(initOptions(resolve(surroundings.workingDirectory, dir ?? "."), raw), surroundings);
      }),
    );
}

function initOptions(folder: string, raw: RawOptions): InitOptions {
  return {
    folder,
    language: language(raw),
    bundles: raw.bundle ? raw.bundlesChannel : undefined,
    docker: raw.dockerOnly ? "only" : raw.docker ? "also" : "no",
    sourceControl: raw.sourceControl ?? false,
    force: raw.force ?? false,
    install: !(raw.skipNpmInstall ?? false),
  };
}

function language(raw: RawOptions): Language | undefined {
  if (raw.typescript) return "typescript";
  if (raw.javascript) return "javascript";
  return raw.language ?? LANGUAGES.find((each) => each === raw.workerRuntime?.toLowerCase());
}

function requireNode({ workerRuntime, model }: RawOptions): void {
  if (workerRuntime !== undefined && !["node", ...LANGUAGES].includes(workerRuntime.toLowerCase())) {
    throw new CommandFailure(
      `durable-host runs apps in JavaScript and TypeScript, not in ${workerRuntime}: --worker-runtime node.`,
    );
  }
  if (model !== undefined && !/^v?4$/i.test(model)) {
    throw new CommandFailure(`durable-host runs apps of the programming model V4, not ${model}.`);
  }
}
