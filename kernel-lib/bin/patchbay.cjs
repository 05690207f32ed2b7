#!/usr/bin/env node
// The command `patchbay`. Committed, so that npm can link it before the library is built; all it does is load the build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const [major, minor] = process.versions.node.split(".").map(Number);
const main = join(__dirname, "../dist/cli/main.js");
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: Node ${process.versions.node}: Patchbay needs 20.19 or newer. Install it from https://nodejs.org.\n`,
  );
  process.exit(2);
}
if (!existsSync(main)) {
  process.stderr.write(
    "error: Patchbay is not built yet. Run `npm ci && npm run build` in its folder, then this command again.\n",
  );
  process.exit(1);
}
require(main).main(process.argv.slice(2));
