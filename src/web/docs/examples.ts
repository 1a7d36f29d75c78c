/** The same request in curl, TypeScript and Python, ready to be pasted; the tests run them as they stand. */
import type { Example, Route } from "../route.ts";

export interface Request {
  method: string;
  /** With its query. */
  path: string;
  /** JSON; null for none. */
  body: unknown;
}

export interface Languages {
  curl: string;
  typescript: string;
  python: string;
}

/** What a route's example asks; null while an address has parts that no example fills. */
export function requestOf({ method, path, example = {}, body }: Route): Request | null {
  const { query, params = {} }: Example = example;
  let open = false;
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    open ||= value === undefined;
    return encodeURIComponent(value ?? "");
  });
  if (open || (body !== undefined && body !== "own" && example.body === undefined)) return null;
  return { method, path: `${filled}${query === undefined ? "" : `?${query}`}`, body: example.body ?? null };
}

/** Programs that read the address from BELLWETHER_URL and the key from BELLWETHER_KEY. */
export function examplesOf({ method, path, body }: Request): Languages {
  const json = body === null ? null : JSON.stringify(body, null, 2);
  return {
    curl: [
      `curl -sS "$BELLWETHER_URL${path}" \\`,
      ...(method === "GET" ? [] : [`  -X ${method} \\`]),
      `  -H "Authorization: Bearer $BELLWETHER_KEY"${json === null ? "" : " \\"}`,
      ...(json === null ? [] : [`  -H "Content-Type: application/json" \\`, `  -d ${shellQuoted(json)}`]),
    ].join("\n"),
    typescript: [
      `const response = await fetch(\`\${process.env.BELLWETHER_URL}${path}\`, {`,
      ...(method === "GET" ? [] : [`  method: "${method}",`]),
      "  headers: {",
      `    authorization: \`Bearer \${process.env.BELLWETHER_KEY}\`,`,
      ...(json === null ? [] : [`    "content-type": "application/json",`]),
      "  },",
      ...(json === null ? [] : [`  body: JSON.stringify(${json.replaceAll("\n", "\n  ")}),`]),
      "});",
      `if (!response.ok) throw new Error(await response.text());`,
      "console.log(await response.text());",
    ].join("\n"),
    python: [
      ...(json === null ? ["import os, urllib.request"] : ["import json, os, urllib.request"]),
      "",
      ...(json === null ? [] : [`body = json.loads(r'''${json}''')`]),
      "request = urllib.request.Request(",
      `    os.environ["BELLWETHER_URL"] + "${path}",`,
      `    method="${method}",`,
      ...(json === null ? [] : ["    data=json.dumps(body).encode(),"]),
      "    headers={",
      `        "Authorization": "Bearer " + os.environ["BELLWETHER_KEY"],`,
      ...(json === null ? [] : [`        "Content-Type": "application/json",`]),
      "    },",
      ")",
      "print(urllib.request.urlopen(request).read().decode())",
    ].join("\n"),
  };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
