/** Which methods each path takes: for 404 against 405, and for who must sign in to learn that a path exists. */
export type MethodsOf = (path: string) => readonly string[];

interface Route {
  method: string;
  path: string;
}

/** Reads the routes at the first question, when all of them are in place. */
export function methodsOf(routes: () => readonly Route[]): MethodsOf {
  let table: readonly { pattern: RegExp; methods: ReadonlySet<string> }[] | null = null;
  return (path) => {
    table ??= tableOf(routes());
    const found = new Set<string>();
    for (const { pattern, methods } of table) if (pattern.test(path)) for (const method of methods) found.add(method);
    return [...found].sort();
  };
}

function tableOf(routes: readonly Route[]) {
  const byPath = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    const methods = byPath.get(path) ?? new Set();
    // A socket is opened by a GET; a GET can always be asked for its head.
    for (const name of method === "WS" || method === "GET" ? ["GET", "HEAD"] : [method]) methods.add(name);
    byPath.set(path, methods);
  }
  return [...byPath].map(([path, methods]) => ({ pattern: patternOf(path), methods }));
}

function patternOf(path: string): RegExp {
  const parts = path.split("/").map((part) => {
    if (part === "*") return ".*";
    if (part.startsWith(":")) return "[^/]+";
    return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("/")}/?$`);
}
