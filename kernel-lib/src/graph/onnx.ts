/** The few ONNX messages that our stages need, declared by field number (onnx.proto, IR version 10).
 *  Left out: everything a graph of plain operators with external weights does not use. */
import { Field, Type } from "protobufjs/light";

/** onnx.TensorProto.DataType */
export const DTYPE = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10, bfloat16: 16 } as const;
export type OnnxDtype = keyof typeof DTYPE;

/** onnx.AttributeProto.AttributeType */
const ATTRIBUTE = { int: 2, string: 3, graph: 5, ints: 7 } as const;
/** onnx.TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;
/** IR version that goes with opset 21. */
const IR_VERSION = 10;
const OPSET = 21;

const message = (
  name: string,
  fields: readonly [string, number, string, ("repeated" | "optional")?][],
  of: Type[] = [],
) => {
  const type = new Type(name);
  for (const [field, id, kind, rule] of fields) type.add(new Field(field, id, kind, rule ?? "optional"));
  for (const inner of of) type.add(inner);
  return type;
};

const Entry = message("Entry", [
  ["key", 1, "string"],
  ["value", 2, "string"],
]);
const Tensor = message("Tensor", [
  ["dims", 1, "int64", "repeated"],
  ["dataType", 2, "int32"],
  ["name", 8, "string"],
  ["rawData", 9, "bytes"],
  ["externalData", 13, "Entry", "repeated"],
  ["dataLocation", 14, "int32"],
]);
const Attribute = message("Attribute", [
  ["name", 1, "string"],
  ["i", 3, "int64"],
  ["s", 4, "bytes"],
  ["g", 6, "Graph"],
  ["ints", 8, "int64", "repeated"],
  ["type", 20, "int32"],
]);
const Node = message("Node", [
  ["input", 1, "string", "repeated"],
  ["output", 2, "string", "repeated"],
  ["name", 3, "string"],
  ["opType", 4, "string"],
  ["attribute", 5, "Attribute", "repeated"],
]);
const Dimension = message("Dimension", [
  ["dimValue", 1, "int64"],
  ["dimParam", 2, "string"],
]);
const Shape = message("Shape", [["dim", 1, "Dimension", "repeated"]]);
const TensorType = message("TensorType", [
  ["elemType", 1, "int32"],
  ["shape", 2, "Shape"],
]);
const ValueType = message("ValueType", [["tensorType", 1, "TensorType"]]);
const ValueInfo = message("ValueInfo", [
  ["name", 1, "string"],
  ["type", 2, "ValueType"],
]);
const Graph = message("Graph", [
  ["node", 1, "Node", "repeated"],
  ["name", 2, "string"],
  ["initializer", 5, "Tensor", "repeated"],
  ["input", 11, "ValueInfo", "repeated"],
  ["output", 12, "ValueInfo", "repeated"],
]);
const Opset = message("Opset", [
  ["domain", 1, "string"],
  ["version", 2, "int64"],
]);
const Model = message(
  "Model",
  [
    ["irVersion", 1, "int64"],
    ["producerName", 2, "string"],
    ["graph", 7, "Graph"],
    ["opsetImport", 8, "Opset", "repeated"],
  ],
  [Entry, Tensor, Attribute, Node, Dimension, Shape, TensorType, ValueType, ValueInfo, Graph, Opset],
);

/** A graph as plain data, before it is encoded. */
export interface GraphData {
  name: string;
  nodes: NodeData[];
  initializers: TensorData[];
  inputs: ValueData[];
  outputs: ValueData[];
}
export interface NodeData {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, AttributeValue>>;
}
/** A number is an ONNX int. */
export type AttributeValue = number | string | readonly number[] | { graph: GraphData };
export interface TensorData {
  name: string;
  dtype: OnnxDtype;
  dims: readonly number[];
  /** The bytes themselves, or where they lie in a file (path relative to the session's folder). */
  bytes: Uint8Array | { location: string; offset: number; length: number };
}
/** A named value with its shape: a word stands for an axis known only at run time, null for any shape. */
export interface ValueData {
  name: string;
  dtype: OnnxDtype;
  dims: readonly (number | string)[] | null;
}

/** The bytes of an ONNX file.
 *  @example encodeModel({ name: "embed", nodes, initializers, inputs, outputs }) */
export function encodeModel(graph: GraphData): Uint8Array {
  const model = {
    irVersion: IR_VERSION,
    producerName: "patchbay",
    graph: graphMessage(graph),
    opsetImport: [{ domain: "", version: OPSET }],
  };
  return Model.encode(model).finish();
}

function graphMessage(graph: GraphData): Record<string, unknown> {
  return {
    name: graph.name,
    node: graph.nodes.map((node) => ({
      input: node.inputs,
      output: node.outputs,
      // The profiler and error messages name nodes by this.
      name: `${graph.name}/${node.outputs[0]}`,
      opType: node.op,
      attribute: Object.entries(node.attributes).map(([name, value]) => attributeMessage(name, value)),
    })),
    initializer: graph.initializers.map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function attributeMessage(name: string, value: AttributeValue): Record<string, unknown> {
  if (typeof value === "number") return { name, i: value, type: ATTRIBUTE.int };
  if (typeof value === "string") return { name, s: Buffer.from(value), type: ATTRIBUTE.string };
  if ("graph" in value) return { name, g: graphMessage(value.graph), type: ATTRIBUTE.graph };
  return { name, ints: value, type: ATTRIBUTE.ints };
}

function tensorMessage({ name, dtype, dims, bytes }: TensorData): Record<string, unknown> {
  const head = { name, dims, dataType: DTYPE[dtype] };
  if (bytes instanceof Uint8Array) return { ...head, rawData: bytes };
  const externalData = [
    { key: "location", value: bytes.location },
    { key: "offset", value: String(bytes.offset) },
    { key: "length", value: String(bytes.length) },
  ];
  return { ...head, externalData, dataLocation: EXTERNAL };
}

function valueMessage({ name, dtype, dims }: ValueData): Record<string, unknown> {
  const elemType = DTYPE[dtype];
  if (dims === null) return { name, type: { tensorType: { elemType } } };
  const dim = dims.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
