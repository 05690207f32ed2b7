/** Open inference sessions by key, the least recently used let go first when their weights no longer fit. */
import { InferenceSession } from "onnxruntime-node";
import { CheckpointError } from "../errors";
import type { StageGraph } from "../graph/builder";
import { deviceFailed, firstLine, onlyThrow } from "./provider";
import type { Device, EngineSpec } from "./types";

/** Named in onnxruntime's session_options_config_keys. */
const CONFIG = {
  /** One session per layer with spinning helper threads takes up to three times as long. */
  force_spinning_stop: "1",
};

/** Every session has threads of its own, idle between calls; a model may have at least two for each of its stages. */
const MAX_OPEN = 64;

interface SessionSettings {
  shared?: boolean;
  device?: Device;
  arena?: boolean;
}

interface Open {
  session: InferenceSession;
  bytes: number;
}

export class SessionPool {
  private readonly open = new Map<string, Open>();
  private held = 0;

  private readonly most: number;

  constructor(private readonly spec: Pick<EngineSpec, "config" | "device" | "residence" | "sessionBytes">) {
    onlyThrow();
    this.most = Math.max(MAX_OPEN, 2 * (spec.config.nLayers + 2));
  }

  /** The session of a key; built and opened when it is not there. `shared` leaves F32 weights in the file's pages, which
   *  all such sessions use together, at the price of slower products (weights that are cast are the session's own, and
   *  packed); `device` is another than the model's; `arena` keeps the session's buffers, when weights are kept too. */
  async session(
    key: string,
    build: () => StageGraph,
    { shared = false, device = this.spec.device, arena = false }: SessionSettings = {},
  ): Promise<InferenceSession> {
    const known = this.open.get(key);
    if (known !== undefined) {
      this.open.delete(key);
      this.open.set(key, known);
      return known.session;
    }
    const graph = build();
    const bytes = shared ? graph.castBytes : graph.heldBytes;
    await this.makeRoom(bytes);
    const resident = this.spec.residence === "resident";
    const session = await this.create(graph, {
      device,
      prepack: (!shared || bytes > 0) && resident,
      arena: arena && resident,
    });
    this.open.set(key, { session, bytes });
    this.held += bytes;
    return session;
  }

  async close(): Promise<void> {
    await this.makeRoom(Number.POSITIVE_INFINITY);
  }

  private async makeRoom(bytes: number): Promise<void> {
    for (const [key, { session, bytes: freed }] of this.open) {
      if (this.held + bytes <= this.spec.sessionBytes && this.open.size < this.most) return;
      this.open.delete(key);
      this.held -= freed;
      await session.release();
    }
  }

  private async create(
    graph: StageGraph,
    { device, prepack, arena }: { device: Device; prepack: boolean; arena: boolean },
  ): Promise<InferenceSession> {
    const session = {
      ...CONFIG,
      // Streaming maps the weights from the file; packing them for a handful of products would cost more than it gains.
      disable_prepacking: prepack ? "0" : "1",
      model_external_initializers_file_folder_path: graph.folder,
    };
    const options: InferenceSession.SessionOptions = {
      executionProviders: [device],
      graphOptimizationLevel: "all",
      // Each session would keep its own arena for ever: 95 MB a layer.
      enableCpuMemArena: arena,
      extra: { session },
    };
    try {
      return await InferenceSession.create(graph.model, options);
    } catch (error) {
      if (device !== "cpu") throw deviceFailed(device, graph.name, error);
      throw new CheckpointError({
        thing: `stage ${graph.name}`,
        rule: `could not be opened (${firstLine(error)})`,
        wayOut: `Are the files in ${graph.folder} still as they were, and is there memory left?`,
      });
    }
  }
}
