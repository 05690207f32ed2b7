/** The operators of an ONNX file, those of inner graphs included: enough of onnx.proto to look at what a stage asks for. */
import { Reader } from "protobufjs/light";

export interface OnnxNode {
  op: string;
  inputs: string[];
  outputs: string[];
}

/** ModelProto.graph, GraphProto.node, NodeProto.attribute and AttributeProto.g. */
const [GRAPH, NODE, ATTRIBUTE, INNER] = [7, 1, 5, 6];
const [INPUT, OUTPUT, OP] = [1, 2, 4];

/** @example nodesOf(headGraph(config, weights).model).filter(({ op }) => op === "TopK") */
export const nodesOf = (model: Uint8Array): OnnxNode[] => parts(model, GRAPH).flatMap(inGraph);

const inGraph = (graph: Uint8Array): OnnxNode[] =>
  parts(graph, NODE).flatMap((node) => [
    { op: text(node, OP)[0], inputs: text(node, INPUT), outputs: text(node, OUTPUT) },
    ...parts(node, ATTRIBUTE)
      .flatMap((attribute) => parts(attribute, INNER))
      .flatMap(inGraph),
  ]);

/** All values of one length-delimited field. */
function parts(message: Uint8Array, field: number): Uint8Array[] {
  const reader = Reader.create(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((field << 3) | 2)) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

const text = (message: Uint8Array, field: number) =>
  parts(message, field).map((bytes) => Buffer.from(bytes).toString("utf8"));
