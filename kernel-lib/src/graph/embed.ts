/** Token ids to rows of the embedding matrix. Half-precision rows are widened after they are picked, so the matrix
 *  itself stays in the file. */
import type { ModelConfig } from "../checkpoint/types";
import { GraphBuilder, type StageGraph } from "./builder";
import { globalWeight, type WeightMap } from "./weights";

/** ids [n] int32 -> x [n, dModel] */
export function embedGraph(config: ModelConfig, weights: WeightMap): StageGraph {
  const b = new GraphBuilder("embed");
  const ids = b.input("ids", "int32", ["n"]);
  const table = globalWeight(weights, "embed.weight");
  const rows = b.op("Gather", [b.storedWeight(table), ids], { axis: 0 });
  b.output("x", table.dtype === "F32" ? rows : b.op("Cast", [rows], { to: 1 }), ["n", config.dModel]);
  return b.finish();
}
