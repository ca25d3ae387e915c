import * as df from "durable-functions";

/** Greets a city. */
export function sayHello(city: string): string {
  return `Hello ${city}`;
}

df.app.activity("sayHello", { handler: sayHello });
