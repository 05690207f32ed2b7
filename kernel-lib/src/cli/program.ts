/** The commands and their options. Each command's code is loaded when it is run, so that `--help` is quick. */
import { Command } from "commander";
import { patchbayVersion } from "../run/making";
import { cancellable } from "./cancel";
import { outcomeOf } from "./outcome";
import { addOptions, SPEC_KINDS, unknownKind } from "./spec-options";

const AFTER = `
Exit codes: 0 done, 1 failed, 2 bad usage or bad input, 130 cancelled.
MODEL is demo/base, demo/sft or demo/dpo, a folder with config.json and safetensors,
or owner/name[@revision] in the Hugging Face cache.

  patchbay inspect demo/dpo
  patchbay spec patch-sweep --model demo/dpo --task capital --out spec.json
  patchbay run spec.json --out sweep.patchbay.json
  patchbay export sweep.patchbay.json --out fig.pdf

spec.json is also what pb.spec(run) gives in a notebook, or written by hand:
  { "schema": "patchbay.spec/1", "kind": "patch-sweep", "model": "demo/dpo",
    "task": "capital", "tuples": { "sizes": [1, 2] } }`;

const PRECISION = "of products with weights: fp32; fp16 on webgpu and cuda; bf16 on cuda";

/** Runs one command; prints its error, if any; gives the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const program = buildProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    const { code, message } = outcomeOf(error);
    if (process.env.PATCHBAY_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    if (message !== null) process.stderr.write(`error: ${message}\n`);
    return code;
  }
}

function buildProgram(): Command {
  const program = new Command("patchbay")
    .description("Patch and trace transformer language models on onnxruntime.")
    .version(patchbayVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", AFTER)
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  // Subcommands inherit these settings only when they are made after them.
  const command = (usage: string, description: string) => program.command(usage).description(description);

  command("inspect <model>", "architecture, shapes, parameters, hooks, provider, memory")
    .option("--json", "as one JSON value")
    .action(async (model, options) => (await import("./inspect")).inspect(model, options));
  command("capture <model>", "activations of prompts, as safetensors")
    .requiredOption("--tokens <file.json>", "prompts: [[id, ...], ...]")
    .requiredOption("--hooks <glob,...>", 'names or globs: "blocks.*.hook_resid_post,logits"')
    .requiredOption("--out <file.safetensors>", "one F32 tensor for each prompt and hook, named PROMPT.HOOK")
    .option("--device <name>", "auto, cpu, webgpu or cuda", "auto")
    .option("--precision <name>", PRECISION, "fp32")
    .action((model, options) =>
      cancellable(async (signal) => (await import("./capture")).capture(model, options, signal)),
    );
  command("generate <model>", "greedy continuation of a text or of prompts in token ids")
    .option("--text <text>", "a prompt as text; prints text")
    .option("--chat", "render --text by the checkpoint's chat template first")
    .option("--tokens <file.json>", "prompts: [[id, ...], ...]; prints the new ids in the same form")
    .option("--max-new-tokens <n>", "most tokens to add", "32")
    .option("--json", "tokens, text and why it stopped, as JSON")
    .option("--device <name>", "auto, cpu, webgpu or cuda", "auto")
    .option("--precision <name>", PRECISION, "fp32")
    .action((model, options) =>
      cancellable(async (signal) => (await import("./generate")).generate(model, options, signal)),
    );
  command("plan <spec.json>", "what `run` would cost on this machine")
    .option("--json", "as one JSON value")
    .option("--device <name>", "auto, cpu, webgpu or cuda", "auto")
    .option("--memory <bytes>", "what the process may take, such as 2GB; weights that do not fit are streamed")
    .option("--weights <use>", "resident or streaming; default: what the memory allows")
    .action(async (path, options) => (await import("./plan")).planCommand(path, options));
  const spec = command("spec", "write the spec of an experiment; `patchbay spec KIND --help` lists its options")
    .usage("<kind> --model <model> [options]")
    .argument("<kind>")
    .action((kind) => unknownKind(kind));
  for (const kind of SPEC_KINDS) {
    const writer = spec.command(kind.kind).description(kind.help);
    addOptions(writer, kind);
    writer.action(async (options) => (await import("./spec")).specCommand(kind, options));
  }
  command("run <spec.json>", "run an experiment")
    .requiredOption("--out <file.patchbay.json>", "the result; FILE.journal holds what is finished until then")
    .option("--device <name>", "auto, cpu, webgpu or cuda", "auto")
    .option("--precision <name>", PRECISION, "fp32")
    .option("--memory <bytes>", "what the process may take, such as 2GB; weights that do not fit are streamed")
    .option("--weights <use>", "resident or streaming; default: what the memory allows")
    .option("--plan <name>", "planned, or naive: one full forward for each configuration", "planned")
    .option("--seed <n>", "for bootstrap intervals", "0")
    .option("--resume", "go on from the journal of a run that was stopped")
    .action((path, options) => cancellable(async (signal) => (await import("./run")).runSpec(path, options, signal)));
  command("export <file>", "a table or a figure of a result")
    .option(
      "--table <name>",
      "default: the main one; of a sweep: sweep, summary, interactions; of a trace: counts, paths, head_activity, completeness; of an accuracy: answers, accuracy, summary, classes; of others: any other name lists them",
    )
    .option(
      "--figure <name>",
      "heatmap of a sweep or a grid, paths of a trace, scatter of a geometry, chart of an accuracy",
    )
    .option(
      "--format <name>",
      "tables: csv, parquet, markdown, latex; figures: svg, png, pdf; html: an interactive page; default: by the ending of --out",
    )
    .requiredOption("--out <file>", "the file to write; its ending is enough: .csv, .md, .tex, .svg, .pdf, .html, ...")
    .option("--metric <name>", "what the figure shows: rr_diff_target, logit_diff_target, ...")
    .option("--width <width>", "single-column, double-column or pixels")
    .option("--sample <n>", "which sample of a trace, from 0")
    .option("--theme <name>", "print, light, dark, hc-light or hc-dark")
    .action(async (path, options) => (await import("./export")).exportCommand(path, options));
  command(
    "reproduce",
    "the whole paper on checkpoints: results, tables, figures and a report; the same command goes on",
  )
    .requiredOption(
      "--model <model>",
      "a checkpoint; give several to see them side by side",
      (model: string, before: string[] = []) => [...before, model],
    )
    .requiredOption("--out <folder>", "results/, tables/, figures/ and index.html")
    .option("--tasks <name,...>", "bundled tasks; default the paper's eight, for demo models their own four")
    .option("--n <n>", "most samples of a task; default 100, path traces 100, 20, 15 at k = 1, 2, 3")
    .option("--rephrasings <n>", "of each instruction; default 200 or as many as there are")
    .option("--max-rank <n>", "paths are kept up to this rank of the answer; default 100")
    .option("--protocol <name>", "paper (default), or released-code: as the code published with it runs")
    .option(
      "--filler <token>",
      "protocol paper: what stands for the instruction, an id or a token; default beginning of sequence",
    )
    .option("--chat", "prompts in the checkpoint's chat template")
    .option("--skip <part,...>", "accuracy, sweep, triples, geometry, paths-1, paths-2, paths-3")
    .option("--only <name,...>", "these tables and figures: table5,fig2")
    .option("--seed <n>", "for bootstrap intervals", "0")
    .option("--resamples <n>", "of bootstrap intervals in tables and figures", "10000")
    .option("--device <name>", "auto, cpu, webgpu or cuda", "auto")
    .option("--precision <name>", PRECISION, "fp32")
    .option("--memory <bytes>", "what the process may take, such as 2GB; weights that do not fit are streamed")
    .option("--weights <use>", "resident or streaming; default: what the memory allows")
    .action((options) =>
      cancellable(async (signal) => (await import("./reproduce")).reproduceCommand(options, signal)),
    );
  command("validate <file>", "whether a spec would run, or a result can be read").action(async (path) =>
    (await import("./validate")).validate(path),
  );
  command("pull <owner/name>", "a checkpoint from the hub into the Hugging Face cache (HF_ENDPOINT, HF_TOKEN)").action(
    (name) => cancellable(async (signal) => (await import("./pull")).pullCommand(name, signal)),
  );
  command("doctor", "what works on this machine, and how to mend what does not")
    .option("--json", "as one JSON value")
    .option(
      "--deviation <model>",
      "instead: how far --device and --precision move this model's numbers from fp32 on CPU",
    )
    .option("--device <name>", "for --deviation: cpu, webgpu or cuda", "cpu")
    .option("--precision <name>", PRECISION, "fp32")
    .action((options) =>
      options.deviation === undefined
        ? import("./doctor").then(({ doctor }) => doctor(options))
        : import("./deviation").then(({ deviationCommand }) => deviationCommand(options.deviation, options)),
    );
  return program;
}
