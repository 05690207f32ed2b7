/** Writes one stage's graph, operator by operator; every value is referred to by its name.
 *  Weights are not copied: an initializer says at which byte of which .safetensors file it lies. */
import { dirname, relative, sep } from "node:path";
import type { StoredDtype, StoredTensor } from "../checkpoint/types";
import { size } from "../tensor";
import { type AttributeValue, DTYPE, encodeModel, type GraphData, type OnnxDtype } from "./onnx";

/** A value inside a graph. */
export type Value = string;

/** A stage ready to be opened: ONNX bytes, and the folder that its weights' paths are relative to. */
export interface StageGraph {
  name: string;
  model: Uint8Array;
  folder: string;
  /** Bytes of F32 weights that the open stage holds in memory; a table that is only looked up stays in its file. */
  heldBytes: number;
  /** The part of them that is a copy whatever the options: half precision as F32. The rest can stay in its file. */
  castBytes: number;
}

/** A stored matrix, and the dtype that products with it are computed in when that is not F32. */
export interface ProductWeight extends StoredTensor {
  computeIn?: "float16" | "bfloat16";
}

const STORED: Record<StoredDtype, OnnxDtype> = { F32: "float", F16: "float16", BF16: "bfloat16" };

export class GraphBuilder {
  private readonly graph: GraphData;
  private readonly weights = new Map<string, StoredTensor>();
  private heldBytes = 0;
  private castBytes = 0;
  private readonly constants = new Map<string, Value>();
  private readonly renamed = new Map<Value, string>();
  private count = 0;

  constructor(name: string) {
    this.graph = { name, nodes: [], initializers: [], inputs: [], outputs: [] };
  }

  input(name: string, dtype: OnnxDtype, dims: readonly (number | string)[]): Value {
    this.graph.inputs.push({ name, dtype, dims });
    return name;
  }

  /** Names a value as an output of the graph. */
  output(name: string, value: Value, dims: readonly (number | string)[] | null, dtype: OnnxDtype = "float"): void {
    this.graph.outputs.push({ name, dtype, dims });
    const made = this.graph.nodes.some((node) => node.outputs.includes(value));
    // Renaming rather than Identity: the operator then writes straight into the caller's buffer.
    if (made && !this.renamed.has(value)) this.renamed.set(value, name);
    else this.graph.nodes.push({ op: "Identity", inputs: [value], outputs: [name], attributes: {} });
  }

  op(op: string, inputs: readonly Value[], attributes: Record<string, AttributeValue> = {}): Value {
    return this.ops(op, inputs, 1, attributes)[0];
  }

  ops(
    op: string,
    inputs: readonly Value[],
    nOutputs: number,
    attributes: Record<string, AttributeValue> = {},
  ): Value[] {
    const outputs = Array.from({ length: nOutputs }, () => `${op}_${this.count++}`);
    this.graph.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** `If`: both branches may use any value of the graph around them and give the same number of F32 values. */
  choose(
    condition: Value,
    branches: { yes: (b: GraphBuilder) => readonly Value[]; no: (b: GraphBuilder) => readonly Value[] },
  ): Value[] {
    let outputs = 0;
    const branch = (name: string, build: (b: GraphBuilder) => readonly Value[]): { graph: GraphData } => {
      const inner = new GraphBuilder(`${name}_${this.count++}`);
      inner.count = this.count;
      const values = build(inner);
      this.count = inner.count;
      outputs = values.length;
      values.forEach((value, i) => {
        inner.output(`${inner.graph.name}_out_${i}`, value, null);
      });
      return { graph: inner.named() };
    };
    const then_branch = branch("then", branches.yes);
    const else_branch = branch("else", branches.no);
    return this.ops("If", [condition], outputs, { then_branch, else_branch });
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant("int64", dims, new BigInt64Array(values.map(BigInt)));
  }
  float(value: number): Value {
    return this.constant("float", [], Float32Array.of(value));
  }

  private constant(dtype: OnnxDtype, dims: readonly number[], data: BigInt64Array | Float32Array): Value {
    const key = `${dtype}[${dims}]=${data}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = `const_${this.count++}`;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.graph.initializers.push({ name, dtype, dims, bytes });
    this.constants.set(key, name);
    return name;
  }

  /** A stored tensor as F32: half precision goes through a Cast that onnxruntime folds when it opens the stage. */
  weight(tensor: StoredTensor): Value {
    const key = `${tensor.name} as float`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const raw = this.storedWeight(tensor);
    const value = tensor.dtype === "F32" ? raw : this.op("Cast", [raw], { to: DTYPE.float });
    this.constants.set(key, value);
    this.heldBytes += 4 * size(tensor.shape);
    if (tensor.dtype !== "F32") this.castBytes += 4 * size(tensor.shape);
    return value;
  }

  /** x W^T + bias, W as stored; F32 in and out. Half precision rounds x and W, and the device sums as it does. */
  product(x: Value, weight: ProductWeight, bias: StoredTensor | null = null): Value {
    const { computeIn } = weight;
    const added = bias === null ? [] : [this.weight(bias)];
    if (computeIn === undefined) return this.op("Gemm", [x, this.weight(weight), ...added], { transB: 1 });
    const rounded = this.op("Cast", [x], { to: DTYPE[computeIn] });
    const y = this.op("Gemm", [rounded, this.halfWeight(weight, computeIn)], { transB: 1 });
    const wide = this.op("Cast", [y], { to: DTYPE.float });
    if (bias !== null) return this.op("Add", [wide, ...added]);
    // onnxruntime fuses a Cast with the norm behind it, and CUDA has no norm from bfloat16 to F32: such a stage does not
    // open. A sum of one, which nothing optimises away, keeps them apart.
    return computeIn === "bfloat16" ? this.op("Sum", [wide]) : wide;
  }

  private halfWeight(tensor: StoredTensor, dtype: "float16" | "bfloat16"): Value {
    const key = `${tensor.name} as ${dtype}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const raw = this.storedWeight(tensor);
    const same = STORED[tensor.dtype] === dtype;
    const value = same ? raw : this.op("Cast", [raw], { to: DTYPE[dtype] });
    this.constants.set(key, value);
    this.heldBytes += 2 * size(tensor.shape);
    if (!same) this.castBytes += 2 * size(tensor.shape);
    return value;
  }

  /** A stored tensor in the dtype it is stored in. */
  storedWeight(tensor: StoredTensor): Value {
    this.weights.set(tensor.name, tensor);
    return tensor.name;
  }

  /** The graph with its outputs under their names. */
  private named(): GraphData {
    return rename(this.graph, this.renamed);
  }

  finish(): StageGraph {
    const tensors = [...this.weights.values()];
    const folder = commonFolder(tensors.map(({ file }) => file));
    const initializers = tensors.map((t) => ({
      name: t.name,
      dtype: STORED[t.dtype],
      dims: t.shape,
      bytes: { location: relative(folder, t.file).split(sep).join("/"), offset: t.offset, length: t.length },
    }));
    const model = encodeModel({ ...this.named(), initializers: [...this.graph.initializers, ...initializers] });
    return { name: this.graph.name, model, folder, heldBytes: this.heldBytes, castBytes: this.castBytes };
  }
}

function rename(graph: GraphData, names: ReadonlyMap<Value, string>): GraphData {
  const as = (value: Value) => names.get(value) ?? value;
  const attribute = (value: AttributeValue): AttributeValue =>
    typeof value === "object" && "graph" in value ? { graph: rename(value.graph, names) } : value;
  const nodes = graph.nodes.map((node) => ({
    op: node.op,
    inputs: node.inputs.map(as),
    outputs: node.outputs.map(as),
    attributes: Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, attribute(value)])),
  }));
  return { ...graph, nodes };
}

/** The deepest folder that holds all files: shards may lie in different ones behind their symbolic links. */
export function commonFolder(files: readonly string[]): string {
  if (files.length === 0) return "";
  let folder = dirname(files[0]);
  while (!files.every((file) => file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep))) {
    folder = dirname(folder);
  }
  return folder;
}
