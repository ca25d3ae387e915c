/** The languages of apps that this host runs. */
export const LANGUAGES = ["javascript", "typescript"] as const;

export type Language = (typeof LANGUAGES)[number];

/** Channels of extension bundles, as the official host names them. */
export const BUNDLE_CHANNELS = ["GA", "Preview", "Experimental"] as const;

/** An app to be made. */
export interface Project {
  /** A package name. */
  readonly name: string;
  readonly language: Language;
  /** Extensions of the official host; absent: none. This host needs none. */
  readonly bundles?: (typeof BUNDLE_CHANNELS)[number];
  /** With files for a container. */
  readonly docker: boolean;
}

/** The versions that generated apps ask for: those this host is tested with. */
export const VERSIONS = {
  "@azure/functions": "^4.16.5",
  "durable-functions": "^3.5.0",
  typescript: "^7.0.2",
  "@types/node": "^20.19.0",
} as const;

/** A name that npm takes, made of a folder's name. */
export function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "");
  return name === "" ? "durable-app" : name;
}
