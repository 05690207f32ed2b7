/** Talks to the kernel: one comm for each kernel connection, opened when first needed and anew after a restart.
 *  Says hello every 20 s for the views on this page and hands pushed views to whoever shows them. */
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import { type Answer, COMM_TARGET, type HelloResult, type Push, type Request, type View } from "patchbay/view";

/** The kernel forgets a page after 60 s of silence; three hellos fit in. */
const HELLO_EVERY_MS = 20_000;
/** A busy worker may answer late; a call that takes longer has lost its kernel. */
const ANSWER_WITHIN_MS = 30_000;
/** What is computed first: a large model takes its time for a cut, and a figure for its PDF. */
const COMPUTED_WITHIN_MS = 600_000;
const COMPUTED: ReadonlySet<Request["op"]> = new Set(["edge", "verify", "export", "output"]);
/** Views that appear together (a notebook being opened) share one hello. */
const GATHER_MS = 60;
/** A restarting kernel takes that long before it is worth asking. */
const RESTARTED_MS = 1_000;

export interface ViewListener {
  /** The kernel sent newer numbers for this view. */
  pushed(view: View): void;
  /** Whether the kernel knows the run behind this view; null: the kernel does not talk to us. */
  known(live: boolean | null): void;
}

type Waiting = { resolve(result: unknown): void; reject(error: Error): void; timer: ReturnType<typeof setTimeout> };
type JSONObject = Parameters<Kernel.IComm["send"]>[0];

export class Rpc {
  private static readonly all = new WeakMap<Kernel.IKernelConnection, Rpc>();
  private static readonly open = new Set<Rpc>();

  /** The one Rpc of this kernel connection. */
  static of(kernel: Kernel.IKernelConnection): Rpc {
    const found = Rpc.all.get(kernel);
    if (found) return found;
    const made = new Rpc(kernel);
    Rpc.all.set(kernel, made);
    return made;
  }

  private comm: Kernel.IComm | null = null;
  private readonly waiting = new Map<string, Waiting>();
  private readonly views = new Map<string, Set<ViewListener>>();
  private calls = 0;
  private hellos = 0;
  private starting = false;
  private helloTimer: ReturnType<typeof setTimeout> | null = null;

  /** What comms go over. Of several connections to one kernel (a notebook and its console) JupyterLab gives comms to
   *  the first alone, which may be closed before the others: those that have none get one more connection, for comms. */
  private wire: Kernel.IKernelConnection | null = null;

  private constructor(private readonly kernel: Kernel.IKernelConnection) {
    Rpc.open.add(this);
    kernel.statusChanged.connect(this.onStatus, this);
    kernel.disposed.connect(this.stop, this);
  }

  /** Tells `listener` what happens to view `id`, until the returned function is called. */
  listen(id: string, listener: ViewListener): () => void {
    const set = this.views.get(id) ?? new Set();
    this.views.set(id, set.add(listener));
    this.helloSoon(GATHER_MS);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.views.get(id) === set) this.views.delete(id);
      if (this.views.size === 0) this.cancelHello();
    };
  }

  /** Sends a request and waits for its answer. Throws the kernel's error, or one that says the kernel is silent. */
  call<T = unknown>(request: Request): Promise<T> {
    const id = `r${++this.calls}`;
    const within = COMPUTED.has(request.op) ? COMPUTED_WITHIN_MS : ANSWER_WITHIN_MS;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`${request.op}: no answer from the kernel within ${within / 1000} s`));
      }, within);
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
      try {
        // No idle message ends a comm's future on this kernel, so it must be disposed here.
        this.opened()
          .send({ pb: 1, id, ...request } as unknown as JSONObject)
          .dispose();
      } catch (error) {
        this.settle(id, (w) => w.reject(error instanceof Error ? error : new Error(String(error))));
      }
    });
  }

  private opened(): Kernel.IComm {
    if (this.comm && !this.comm.isDisposed) return this.comm;
    this.wire ??= this.kernel.handleComms ? this.kernel : this.kernel.clone({ handleComms: true });
    const comm = this.wire.createComm(COMM_TARGET);
    comm.onMsg = (message) => this.onMessage(message);
    comm.onClose = () => {
      if (this.comm !== comm) return;
      this.comm = null;
      this.failAll("the kernel closed the connection to the widgets");
      this.tell(null);
    };
    comm.open({}).dispose();
    this.comm = comm;
    return comm;
  }

  private onMessage(message: KernelMessage.ICommMsgMsg): void {
    const data = message.content.data as unknown as Answer | Push;
    if (data === null || typeof data !== "object" || data.pb !== 1) return;
    if ("push" in data) {
      const listeners = data.push === "view" ? this.views.get(String(data.view?.id)) : undefined;
      if (listeners) for (const listener of [...listeners]) listener.pushed(data.view);
      return;
    }
    this.settle(data.id, (w) => (data.ok ? w.resolve(data.result) : w.reject(new Error(data.error.message))));
  }

  private settle(id: string, how: (waiting: Waiting) => void): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    how(waiting);
  }

  private failAll(reason: string): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, (w) => w.reject(new Error(reason)));
  }

  private tell(live: ReadonlySet<string> | null): void {
    for (const [id, listeners] of this.views)
      for (const listener of [...listeners]) listener.known(live === null ? null : live.has(id));
  }

  /** Says hello once more, so many milliseconds from now. */
  askAgain(ms: number): void {
    this.helloSoon(ms);
  }

  private helloSoon(ms: number): void {
    this.cancelHello();
    this.helloTimer = setTimeout(() => void this.hello(), ms);
  }

  private cancelHello(): void {
    if (this.helloTimer !== null) clearTimeout(this.helloTimer);
    this.helloTimer = null;
  }

  private async hello(): Promise<void> {
    if (this.views.size === 0 || this.kernel.isDisposed) return;
    this.helloSoon(HELLO_EVERY_MS);
    const asked = [...this.views.keys()];
    const turn = ++this.hellos;
    try {
      const { live } = await this.call<HelloResult>({ op: "hello", views: asked });
      const known = new Set(live);
      for (const id of asked) for (const listener of this.views.get(id) ?? []) listener.known(known.has(id));
    } catch {
      if (turn === this.hellos) this.tell(null);
    }
  }

  /** A restarted kernel has lost its comms (JupyterLab disposes ours) and its runs: ask again once it is up. Only the
   *  connection that restarted it hears of that; the others to the same kernel are told here. */
  private onStatus(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    const all = [...Rpc.open].filter(({ kernel }) => kernel.id === this.kernel.id);
    if (status === "restarting" || status === "autorestarting" || status === "dead")
      for (const rpc of all) rpc.restarted(status);
    else if (status === "idle") for (const rpc of all) rpc.up();
  }

  /** What was asked while the kernel was starting may have been lost. */
  private up(): void {
    if (!this.starting) return;
    this.starting = false;
    this.helloSoon(GATHER_MS);
  }

  private restarted(status: Kernel.Status): void {
    this.starting = status !== "dead";
    this.unwire();
    this.failAll(`the kernel is ${status}`);
    if (status === "dead") this.tell(null);
    else this.helloSoon(RESTARTED_MS);
  }

  private stop(): void {
    Rpc.open.delete(this);
    this.cancelHello();
    this.failAll("the kernel connection has gone");
    this.tell(null);
    this.unwire();
  }

  private unwire(): void {
    const { comm, wire } = this;
    this.comm = this.wire = null;
    comm?.dispose();
    if (wire !== this.kernel) wire?.dispose();
  }
}
