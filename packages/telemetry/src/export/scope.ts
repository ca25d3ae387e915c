/** Under this name the host's spans and metrics are exported. */
export const SCOPE = "durable-host";
