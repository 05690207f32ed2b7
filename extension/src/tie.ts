/** Ties one view to whichever kernel its document has: says whether that kernel knows the view, passes pushed numbers
 *  on, and sends requests. Follows restarts and changes of kernel. */
import type { Kernel } from "@jupyterlab/services";
import type { Request, View, ViewState } from "patchbay/view";
import type { Host } from "./host";
import { Rpc } from "./rpc";
import type { Connection } from "./shell/header";

/** The kernelspec of this project; any other kernel is only spoken to once a view has come out of it, because a
 *  comm that nobody answers leaves a complaint in the user's cell. */
const KERNEL_NAME = "patchbay";
/** A view that has just been drawn may be older than the hello that asks for it. */
const JUST_DRAWN_MS = 2_000;
/** A notebook that is opened has found its running kernel by then, or has none. */
const OPENED_WITHIN_MS = 10_000;

export class Tie {
  connection: Connection = "none";
  private wasLive = false;
  private arrivedLive = false;
  private drawnAt = 0;
  private answered = false;
  private opening: ReturnType<typeof setTimeout> | null = null;
  private stopListening: (() => void) | null = null;
  private kernel: Kernel.IKernelConnection | null = null;
  private readonly stopKernel: () => void;

  constructor(
    private readonly host: Host,
    private viewId: string,
    private readonly changed: { pushed(view: View): void; connection(): void },
  ) {
    this.stopKernel = host.onKernel(() => {
      this.follow();
      // That there is no kernel may be news, too.
      this.changed.connection();
    });
  }

  /** To be called for every view that arrives as an output. */
  arrived(viewId: string): void {
    if (viewId !== this.viewId) {
      this.wasLive = false;
      this.kernel = null;
    }
    this.viewId = viewId;
    this.drawnAt = Date.now();
    // Outputs of a notebook being opened come while its kernel is starting or idle; a cell's own come while it runs.
    if (this.host.kernel()?.status === "busy") this.arrivedLive = true;
    this.follow();
    if (this.host.kernel() !== undefined || this.opening !== null) return;
    this.opening = setTimeout(() => this.changed.connection(), OPENED_WITHIN_MS);
  }

  /** What the widget shows: a running view that no kernel runs any more is stale, and so is one whose kernel forgot it. */
  shownState(state: ViewState): ViewState {
    const running = state === "loading" || state === "partial";
    if (this.connection === "live" || state === "error") return state;
    if (running) return this.undecided || (this.connection === "none" && this.arrivedLive) ? state : "stale";
    return this.wasLive && this.connection === "unknown" ? "stale" : state;
  }

  /** Whether a kernel knows the view will only turn out: it has not answered yet, or the notebook is being opened. */
  private get undecided(): boolean {
    if (this.viewId === "") return true;
    if (this.host.kernel() === undefined) return Date.now() - this.drawnAt < OPENED_WITHIN_MS;
    return this.kernel !== null && !this.answered;
  }

  call<T>(request: Request): Promise<T> {
    const kernel = this.host.kernel();
    return kernel ? Rpc.of(kernel).call<T>(request) : Promise.reject(new Error(`${request.op}: there is no kernel`));
  }

  private follow(): void {
    const kernel = this.host.kernel();
    const talks = !!kernel && (kernel.name === KERNEL_NAME || this.arrivedLive);
    if (talks && kernel === this.kernel) return;
    this.stopListening?.();
    this.stopListening = null;
    this.kernel = talks ? kernel : null;
    this.answered = false;
    if (!talks) {
      this.set("none");
      return;
    }
    const rpc = Rpc.of(kernel);
    this.stopListening = rpc.listen(this.viewId, {
      pushed: (view) => {
        this.arrivedLive = true;
        this.decide("live");
        this.changed.pushed(view);
      },
      known: (live) => {
        if (live === null) this.decide("none");
        else if (live) this.decide("live");
        else if (Date.now() - this.drawnAt > JUST_DRAWN_MS || !this.arrivedLive) this.decide("unknown");
        // Its kernel may have been restarted right after the view was drawn: the next answer counts.
        else rpc.askAgain(JUST_DRAWN_MS);
      },
    });
  }

  /** What the kernel has answered. */
  private decide(connection: Connection): void {
    const first = !this.answered;
    this.answered = true;
    if (connection !== this.connection) this.set(connection);
    else if (first) this.changed.connection();
  }

  private set(connection: Connection): void {
    if (connection === "live") this.wasLive = true;
    if (connection === this.connection) return;
    this.connection = connection;
    this.changed.connection();
  }

  dispose(): void {
    if (this.opening !== null) clearTimeout(this.opening);
    this.stopKernel();
    this.stopListening?.();
    this.stopListening = null;
  }
}
