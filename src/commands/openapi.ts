/** `openapi`: the API as a document, as /openapi.json answers it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openQuietly } from "./data.ts";
import { say, type Verb } from "./verb.ts";

export const OPENAPI_VERB: Verb = {
  name: "openapi",
  summary: "Prints the API as an OpenAPI 3.1 document.",
  usage: "",
  flags: [],
  run: async (call) => {
    // The routes are those of a whole appliance; it needs no data of anyone for that.
    const data = mkdtempSync(join(tmpdir(), "bellwether-openapi-"));
    const { public_url, http } = call.settings;
    try {
      const appliance = await openQuietly({ ...call, settings: { ...call.settings, data } });
      try {
        const { allRoutes } = await import("../web/app.ts");
        const { openApiOf, serverUrl } = await import("../web/docs/openapi.ts");
        const document = openApiOf(
          allRoutes(appliance.parts),
          appliance.parts.version.version,
          serverUrl({ public_url, http }),
        );
        say(call, document, [JSON.stringify(document, null, 2)]);
        return 0;
      } finally {
        await appliance.stop();
      }
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  },
};
