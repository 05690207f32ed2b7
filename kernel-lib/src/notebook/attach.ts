/** Runs when `patchbay` is imported, the one import of ours that does something: in a kernel that our own launcher did
 *  not start it mends tslab from the next message on, and it makes this copy answer the widgets. */
import { patchbayVersion } from "../run/making";
import { interruptRuns } from "../run/registry";
import { install } from "./mends/install";
import { stopOnInterrupt } from "./mends/interrupt";
import { runningTslab } from "./mends/tslab";
import { serveWidgets } from "./rpc";

const tslab = runningTslab();
if (tslab) {
  const obstacle = install(tslab);
  if (obstacle === null) {
    serveWidgets(patchbayVersion());
    stopOnInterrupt(interruptRuns);
  } else {
    console.warn(`Patchbay: ${obstacle}; views do not change while a run goes on, everything else works.`);
  }
}
