/** App settings as the app sees them in `process.env`: the environment over local.settings.json. */
export type AppSettings = Readonly<Record<string, string>>;

const REFERENCE = /^%([^%]+)%$/;

/** The setting a text like `%NAME%` refers to; `undefined` when the text is no such reference. */
export function settingReference(text: string): string | undefined {
  return REFERENCE.exec(text.trim())?.[1];
}

/** A setting that is present and not blank. */
export function setting(settings: AppSettings, name: string): string | undefined {
  const value = settings[name];
  return value === undefined || value.trim() === "" ? undefined : value;
}

/** Tells whether a setting says yes (`1` or `true`). */
export function isOn(value: string | undefined): boolean {
  return value === "1" || value?.toLowerCase() === "true";
}

/**
 * The value of a connection: `AzureWebJobs<name>`, then `<name>`, each first among the connection strings
 * (functions-host contract §5.1).
 */
export function connectionValue(settings: AppSettings, name: string): string | undefined {
  for (const candidate of [`AzureWebJobs${name}`, name]) {
    const value = setting(settings, `ConnectionStrings:${candidate}`) ?? setting(settings, candidate);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Names of identity-based settings `<name>__…` of a connection, for example `AzureWebJobsStorage__accountName`. */
export function connectionSection(settings: AppSettings, name: string): readonly string[] {
  const prefixes = [`AzureWebJobs${name}__`, `${name}__`];
  return Object.keys(settings).filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}
