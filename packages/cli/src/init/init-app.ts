import { existsSync, mkdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { CommandFailure } from "../durable/command-failure";
import type { LocalSurroundings } from "../local/local-command";
import { dockerFiles } from "./docker-files";
import { LANGUAGES, packageName, type Language, type Project } from "./project";
import { projectFiles } from "./project-files";
import { writeFiles } from "./write-files";

/** What `durable-host init` was told. */
export interface InitOptions {
  /** Folder of the app, absolute; made if it is missing. */
  readonly folder: string;
  /** Absent: asked, or told by a tsconfig.json that is there. */
  readonly language?: Language;
  readonly bundles?: Project["bundles"];
  readonly docker: "no" | "also" | "only";
  /** Makes a git repository. */
  readonly sourceControl: boolean;
  /** Writes files again that are there. */
  readonly force: boolean;
  readonly install: boolean;
}

const MADE = "src/functions";

/** Makes an app. Rejects with CommandFailure when a program that was to be run has failed; the files are written then. */
export async function initApp(options: InitOptions, surroundings: LocalSurroundings): Promise<void> {
  const { folder, force } = options;
  if (options.docker === "only") {
    mkdirSync(folder, { recursive: true });
    return writeFiles(folder, dockerFiles(), force, surroundings);
  }
  const language = options.language ?? (await chooseLanguage(folder, surroundings));
  const docker = options.docker !== "no";
  const project = { name: packageName(basename(folder)), language, bundles: options.bundles, docker };
  mkdirSync(folder, { recursive: true });
  writeFiles(folder, projectFiles(project), force, surroundings);
  mkdirSync(join(folder, ...MADE.split("/")), { recursive: true });
  if (options.sourceControl) await initRepository(folder, surroundings);
  if (options.install) await install(folder, surroundings);
  sayWhatNext(options, surroundings);
}

async function chooseLanguage(folder: string, { questions, print }: LocalSurroundings): Promise<Language> {
  if (existsSync(join(folder, "tsconfig.json"))) return "typescript";
  if (questions) {
    const choices = [
      { value: "typescript", name: "TypeScript" },
      { value: "javascript", name: "JavaScript" },
    ] as const;
    return questions.select<Language>("In which language do you write the app?", choices);
  }
  print(`Language: javascript. Another: --language ${LANGUAGES.join("|")}.`);
  return "javascript";
}

async function initRepository(folder: string, { runProgram, print }: LocalSurroundings): Promise<void> {
  if (existsSync(join(folder, ".git"))) return print("The folder is a git repository already.");
  const code = await runProgram("git", ["init", "--quiet"], folder);
  if (code !== 0) throw new CommandFailure(`The files are written, but git could not make a repository in ${folder}.`);
}

async function install(folder: string, { runProgram, print }: LocalSurroundings): Promise<void> {
  print("Running npm install; --skip-npm-install leaves it to you.");
  const code = await runProgram("npm", ["install", "--no-audit", "--no-fund"], folder);
  if (code === 0) return;
  throw new CommandFailure(`The files are written, but npm install failed. Run it again in ${folder}.`);
}

function sayWhatNext({ folder, install: installed }: InitOptions, surroundings: LocalSurroundings): void {
  const { workingDirectory, print, colors } = surroundings;
  const there = relative(workingDirectory, folder);
  const steps = [
    ...(there === "" ? [] : [`cd ${there}`]),
    ...(installed ? [] : ["npm install"]),
    "npx durable-host new    add a function",
    "npm start               run the app",
  ];
  print(`\nThe app is ready. Next:\n${steps.map((step) => `  ${colors.cyan(step)}`).join("\n")}`);
}
