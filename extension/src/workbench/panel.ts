/** The workbench: model, task, experiment, what it costs, then run, then what has run. Choosing asks the kernel of the
 *  notebook at hand; without one the choices stay and what is unknown is said. */
import {
  type About,
  type CostCard,
  EXPERIMENTS,
  experimentNamed,
  type ModelCard,
  type Request,
  type TaskCard,
  type WorkbenchChoice,
} from "patchbay/view";
import { button, type Child, el } from "../dom";
import { onThemeChange, themeAt } from "../theme";
import { complaint, costNodes, modelNodes, nodes, taskNodes } from "./cards";
import { firstChoice, withKind, withOption } from "./choice";
import { boxed, choices, fieldNodes, section } from "./parts";
import { Runs } from "./runs";

/** Choosing fast asks once. */
const ASK_AFTER_MS = 250;
/** Models up to this size are opened for a measured cost without being asked. */
const OPENED_UNASKED = 50_000_000;
const DEMOS = ["demo/base", "demo/sft", "demo/dpo"];
const OTHER = "other";

/** What there is to run in. */
export interface Place {
  ready: boolean;
  /** Says what is there, or what is missing and how to get it. */
  words: string;
  /** Offered as a button where there is nothing to run in. */
  offersNotebook: boolean;
}

export interface WorkbenchActs {
  place(): Place;
  ask<T>(request: Request): Promise<T>;
  insert(choice: WorkbenchChoice, run: boolean): void;
  newNotebook(): void;
  device(): string;
}

export class Workbench {
  readonly runs = new Runs();
  private choice: WorkbenchChoice;
  private about: About | null = null;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly model = section("Model");
  private readonly task = section("Task");
  private readonly experiment = section("Experiment");
  private readonly cost = section("Cost");
  private readonly placeNode = el("div", { class: "pbw-place" });
  private readonly facts = el("div", { class: "pbw-facts" });
  private readonly tokens = el("div", { class: "pbw-facts" });
  private readonly costs = el("div", { class: "pbw-facts", role: "status" });
  private readonly buttons: HTMLButtonElement[];
  private readonly stopTheme: () => void;

  constructor(
    readonly node: HTMLElement,
    private readonly acts: WorkbenchActs,
  ) {
    this.choice = firstChoice(acts.device());
    node.classList.add("pb-workbench");
    node.dataset.lmSuppressShortcuts = "true";
    const run = button({ label: "Insert code and run", icon: "play", look: "primary" }, () =>
      this.acts.insert(this.choice, true),
    );
    const insert = button({ label: "Insert", icon: "code", look: "outlined" }, () =>
      this.acts.insert(this.choice, false),
    );
    this.buttons = [run, insert];
    this.cost.node.append(this.costs, el("div", { class: "pbw-go" }, run, insert), this.placeNode);
    const runs = section("Runs");
    runs.node.append(this.runs.node);
    node.append(
      el("h2", { class: "pbw-head" }, "Patchbay"),
      this.model.node,
      this.task.node,
      this.experiment.node,
      this.cost.node,
      runs.node,
    );
    this.drawModel();
    this.drawTask();
    this.drawExperiment();
    this.refresh();
    this.stopTheme = onThemeChange(() => {
      if (this.about) this.askSoon();
    });
  }

  /** The place to run in has changed: another notebook, a kernel that comes or goes. */
  refresh(): void {
    const place = this.acts.place();
    for (const each of this.buttons) each.disabled = !place.ready;
    const offer = place.offersNotebook
      ? button({ label: "New notebook", look: "outlined" }, () => this.acts.newNotebook())
      : null;
    this.placeNode.replaceChildren(
      el("p", { class: place.ready ? "pb-quiet" : "pbw-missing" }, place.words),
      ...(offer ? [offer] : []),
    );
    if (!place.ready) {
      this.about = null;
      this.turn++;
      this.facts.replaceChildren();
      this.tokens.replaceChildren();
      this.costs.replaceChildren(el("p", { class: "pb-quiet" }, "Unknown until there is a kernel to ask."));
      return;
    }
    void this.learn();
  }

  /** The device that the settings name now. */
  setDevice(device: string): void {
    if (device !== this.choice.device) this.choose({ ...this.choice, device });
  }

  private async learn(): Promise<void> {
    if (!this.about) {
      try {
        this.about = await this.acts.ask<About>({ op: "about" });
      } catch (error) {
        this.costs.replaceChildren(complaint(error));
        return;
      }
      this.drawModel();
      this.drawTask();
    }
    this.askSoon();
  }

  private choose(choice: WorkbenchChoice): void {
    this.choice = choice;
    if (this.about) this.askSoon();
  }

  private askSoon(): void {
    // What is on its way answers an earlier choice.
    this.turn++;
    for (const node of [this.facts, this.tokens, this.costs]) node.dataset.asking = "";
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.ask();
    }, ASK_AFTER_MS);
  }

  /** Model, task and cost of what is chosen; an answer that comes after another choice is dropped. */
  private async ask(): Promise<void> {
    const turn = ++this.turn;
    const { choice, acts } = this;
    const say = async <T>(
      place: HTMLElement,
      request: Request,
      draw: (card: T) => readonly Child[],
    ): Promise<T | null> => {
      try {
        const card = await acts.ask<T>(request);
        if (turn !== this.turn) return null;
        place.replaceChildren(...nodes(draw(card)));
        delete place.dataset.asking;
        return card;
      } catch (error) {
        if (turn === this.turn) {
          place.replaceChildren(complaint(error));
          delete place.dataset.asking;
        }
        return null;
      }
    };
    const model = await say<ModelCard>(this.facts, { op: "model", name: choice.model, device: choice.device }, (card) =>
      modelNodes(card, themeAt(this.node)),
    );
    if (!model) {
      if (turn === this.turn) {
        this.tokens.replaceChildren();
        this.costs.replaceChildren(el("p", { class: "pb-quiet" }, "Unknown without the model."));
        for (const node of [this.tokens, this.costs]) delete node.dataset.asking;
      }
      return;
    }
    if (experimentNamed(choice.kind).ownTask === undefined) {
      const task = await say<TaskCard>(this.tokens, { op: "task", model: choice.model, task: choice.task }, taskNodes);
      this.task.note.textContent = task ? `${task.queries} queries` : "";
    }
    const plan = (measure: boolean) =>
      say<CostCard>(this.costs, { op: "plan", choice, measure }, (card) => this.costNodes(card));
    const planned = await plan(false);
    if (planned && model.parameters <= OPENED_UNASKED) await plan(true);
  }

  private costNodes(card: CostCard): readonly Child[] {
    return costNodes(card, () => {
      const { choice } = this;
      const turn = ++this.turn;
      this.acts.ask<CostCard>({ op: "plan", choice, measure: true }).then(
        (measured) => turn === this.turn && this.costs.replaceChildren(...nodes(this.costNodes(measured))),
        (error) => turn === this.turn && this.costs.replaceChildren(complaint(error)),
      );
    });
  }

  private drawModel(): void {
    const known = this.about?.models ?? DEMOS;
    const listed = known.includes(this.choice.model);
    const field = el("input", {
      type: "text",
      class: "pbw-input",
      "aria-label": "Folder or hub name",
      placeholder: "folder or owner/name",
      hidden: listed,
      value: listed ? "" : this.choice.model,
    });
    field.addEventListener("change", () => {
      if (field.value.trim()) this.choose({ ...this.choice, model: field.value.trim() });
    });
    const select = choices(
      "Model",
      [...known.map((name) => [name, name] as const), [OTHER, "a folder or hub name…"]],
      listed ? this.choice.model : OTHER,
      (value) => {
        field.hidden = value !== OTHER;
        if (value === OTHER) field.focus();
        else this.choose({ ...this.choice, model: value });
      },
    );
    this.model.fill(select, field, this.facts);
  }

  private drawTask(): void {
    const { about, choice } = this;
    const field = about ? this.taskSelect(about) : this.taskInput(choice.task);
    this.task.fill(field, this.tokens);
  }

  private taskSelect(about: About): HTMLElement {
    const set = (name: "demo" | "paper", label: string) =>
      el(
        "optgroup",
        { label },
        ...about.tasks.filter((task) => task.set === name).map((task) => el("option", { value: task.name }, task.name)),
      );
    const select = el(
      "select",
      { class: "pbw-input", "aria-label": "Task" },
      set("demo", "demo models"),
      set("paper", "paper"),
    );
    select.value = this.choice.task;
    select.addEventListener("change", () => this.choose({ ...this.choice, task: select.value }));
    return boxed(select);
  }

  private taskInput(task: string): HTMLElement {
    const input = el("input", { type: "text", class: "pbw-input", "aria-label": "Task", value: task });
    input.addEventListener("change", () => this.choose({ ...this.choice, task: input.value.trim() }));
    return input;
  }

  private drawExperiment(): void {
    const { kind } = this.choice;
    const select = choices(
      "Experiment",
      EXPERIMENTS.map((each) => [each.kind, each.label] as const),
      kind,
      (value) => {
        this.choose(withKind(this.choice, value));
        this.drawExperiment();
        this.experiment.node.querySelector("select")?.focus();
      },
    );
    const { hint, fields, ownTask } = experimentNamed(kind);
    this.task.node.hidden = ownTask !== undefined;
    this.experiment.fill(
      select,
      el("p", { class: "pb-quiet pbw-note" }, hint),
      el(
        "div",
        { class: "pbw-fields" },
        ...fields.flatMap((field) =>
          fieldNodes(field, this.choice, (value) => this.choose(withOption(this.choice, field.key, value))),
        ),
      ),
    );
  }

  dispose(): void {
    this.turn++;
    this.stopTheme();
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
