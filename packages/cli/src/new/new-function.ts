import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandFailure } from "../durable/command-failure";
import type { LocalSurroundings } from "../local/local-command";
import { readJsonObject } from "../local/read-json-object";
import { findTemplate, TEMPLATES } from "./all-templates";
import { sourceFile } from "./source-file";
import type { AuthLevel, Template } from "./template";

/** What `durable-host new` was told. */
export interface NewOptions {
  /** Folder of the app, absolute. */
  readonly appRoot: string;
  /** Absent: asked. */
  readonly template?: string;
  /** Absent: asked, or the template's suggestion. */
  readonly name?: string;
  readonly authLevel: AuthLevel;
  /** Writes the file again if it is there. */
  readonly force: boolean;
}

/** Adds a function to an app. Rejects with CommandFailure when there is no app, or the file is there already. */
export async function newFunction(options: NewOptions, surroundings: LocalSurroundings): Promise<void> {
  const { appRoot, authLevel, force } = options;
  const manifest = readJsonObject(join(appRoot, "package.json"));
  if (manifest === undefined || !existsSync(join(appRoot, "host.json"))) {
    throw new CommandFailure(
      `${appRoot} is no Functions app: it has no host.json and package.json. Make one with durable-host init, or change to the app's folder.`,
    );
  }
  const template = await chooseTemplate(options, surroundings);
  const name = await chooseName(options, template, surroundings);
  const isTypeScript = existsSync(join(appRoot, "tsconfig.json"));
  const style = isTypeScript || manifest["type"] === "module" ? "import" : "require";
  const path = `src/functions/${name}.${isTypeScript ? "ts" : "js"}`;
  write(join(appRoot, path), path, sourceFile(template, { name, authLevel }, style), force);
  const { print, note, colors } = surroundings;
  print(`Writing ${path}`);
  print(colors.green(`The function "${name}" is made from the template "${template.name}".`));
  if (template.uses.includes("df") && !usesDurable(manifest)) {
    note(`It needs the package durable-functions: npm install durable-functions`);
  }
}

async function chooseTemplate({ template: wanted }: NewOptions, { questions }: LocalSurroundings): Promise<Template> {
  const choices = TEMPLATES.map(({ name, title }) => ({ value: name, name: `${name}: ${title}` }));
  const chosen = wanted ?? (await questions?.select("What do you want to add?", choices));
  const template = chosen === undefined ? undefined : findTemplate(chosen);
  if (template !== undefined) return template;
  const list = TEMPLATES.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join("\n");
  const problem = wanted === undefined ? "Name a template with --template." : `There is no template "${wanted}".`;
  throw new CommandFailure(`${problem} There are:\n${list}`);
}

async function chooseName(options: NewOptions, template: Template, { questions }: LocalSurroundings): Promise<string> {
  const name = options.name ?? (await questions?.input("Its name:", template.suggestion, nameProblem));
  const chosen = name ?? template.suggestion;
  const problem = nameProblem(chosen);
  if (problem !== undefined) throw new CommandFailure(problem);
  return chosen;
}

/** Names of functions begin the names of those in the same file, so that there must be room for more. */
function nameProblem(name: string): string | undefined {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)) return undefined;
  return `"${name}" cannot be the name of a function: a letter, then up to 99 letters, digits, "_" and "-".`;
}

function write(file: string, path: string, code: string, force: boolean): void {
  if (existsSync(file) && !force) {
    throw new CommandFailure(`${path} exists already. Choose another name, or write it again with --force.`);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
}

function usesDurable(manifest: Readonly<Record<string, unknown>>): boolean {
  const { dependencies, devDependencies } = manifest;
  return [dependencies, devDependencies].some(
    (list) => typeof list === "object" && list !== null && "durable-functions" in list,
  );
}
