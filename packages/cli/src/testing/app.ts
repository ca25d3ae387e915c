import { AppRegistrations } from "@durable-host/functions";

const CORE = "@azure/functions-core";

/** What of Jest's object is needed; Jest itself is no dependency. */
interface ModuleMocks {
  mock(name: string, factory: () => unknown, options: { readonly virtual: true }): unknown;
}

/** Jest gives every module it loads this object; elsewhere there is none. */
declare const jest: ModuleMocks | undefined;

let app = new AppRegistrations();
install();

/** What the app's files have registered so far. */
export function registeredApp(): AppRegistrations {
  return app;
}

/**
 * Provides the module through which `@azure/functions` registers functions, and which otherwise only a host has.
 *
 * Jest resolves modules by itself: there, a virtual mock, which holds in all of the test file's modules. Its factory is
 * called once for each set of modules, so that after `jest.resetModules` the app registers anew. Under plain Node.js, and
 * with test runners that leave packages to it, the hook that app workers use.
 */
function install(): void {
  const mocks = typeof jest === "undefined" ? undefined : jest;
  if (mocks === undefined) return app.install();
  let isFirst = true;
  mocks.mock(
    CORE,
    () => {
      if (!isFirst) app = new AppRegistrations();
      isFirst = false;
      return app.core;
    },
    { virtual: true },
  );
}
