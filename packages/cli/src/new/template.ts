/** Auth levels of HTTP functions. */
export const AUTH_LEVELS = ["anonymous", "function", "admin"] as const;

export type AuthLevel = (typeof AUTH_LEVELS)[number];

/** What a function is made of. */
export interface TemplateValues {
  /** Begins the names of all functions in the file. */
  readonly name: string;
  readonly authLevel: AuthLevel;
}

/** A kind of function that `durable-host new` writes. Its code is the same in JavaScript and TypeScript, but for the imports. */
export interface Template {
  readonly name: string;
  /** Names of `func new` for the same. */
  readonly aliases: readonly string[];
  /** One line for people who choose. */
  readonly title: string;
  /** Suggested for the function. */
  readonly suggestion: string;
  /** Packages the code uses: `app` of @azure/functions, `df` for durable-functions. */
  readonly uses: readonly ("app" | "df")[];
  readonly code: (values: TemplateValues) => string;
}
