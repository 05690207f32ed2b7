/** Starts the kernel: tslab, mended before its sockets are bound. Called by `kernel.cjs` with Jupyter's connection file. */
import { join } from "node:path";
import { offerPackage } from "./mends/foreign";
import { install } from "./mends/install";
import { selfTest } from "./mends/selftest";
import { ownTslab } from "./mends/tslab";
import { serveWidgets } from "./rpc";

/** How often the kernel looks whether the server that started it still lives. */
const PARENT_CHECK_MS = 2_000;

/** `packageFolder` is the folder of this package, which notebooks anywhere get as "patchbay". */
export async function launch(connectionFile: string, packageFolder: string): Promise<void> {
  const tslab = ownTslab();
  const obstacle = install(tslab);
  if (obstacle !== null) {
    process.stderr.write(`patchbay: ${obstacle}; views will be static.\n`);
  } else {
    // Before the first cell: a notebook that is opened again asks at once which of its runs still live.
    serveWidgets((require(join(packageFolder, "package.json")) as { version: string }).version);
    for (const { name, detail } of (await selfTest(tslab)).filter(({ ok }) => !ok)) {
      process.stderr.write(`patchbay: self-test "${name}" failed: ${detail}. Run "patchbay doctor".\n`);
    }
  }
  offerPackage(packageFolder, process.cwd(), tslab.folder);
  endWithParent();
  const { startKernel } = require(join(tslab.folder, "main.js")) as {
    startKernel(options: { configPath: string; enableFindLocal: boolean; jsKernel: boolean }): void;
  };
  // Without enableFindLocal: false tslab would look for another copy of itself above the notebook and start that.
  startKernel({ configPath: connectionFile, enableFindLocal: false, jsKernel: false });
}

/** A Jupyter server that is killed cannot end its kernels; its number is in JPY_PARENT_PID. */
function endWithParent(): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!(parent > 1) || process.platform === "win32") return;
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") process.exit(1);
    }
  }, PARENT_CHECK_MS).unref();
}
