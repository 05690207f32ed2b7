/** `kill -9` at random moments, then --resume, until the file is there: it is the file of an undisturbed run, but for
 *  the two fields of its making that say when it was made. While a run lives, no second one writes beside it. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { BIN, patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
let model: string;

beforeAll(() => {
  model = writeTinyCheckpoint(join(folder, "model"), { nLayers: 6, nKvHeads: 2, tokenizer: true });
});

const prompt = (i: number) => [1, 20 + (i % 40), 30, 31, 40, 50 + (i % 40), 41];

const SAMPLES = Array.from({ length: 12 }, (_, i) => ({
  source: prompt(i).slice(0, 4),
  target: [1, ...prompt(i).slice(4)],
  reference: prompt(i),
  answer: 60 + (i % 30),
}));
const PROMPTS = SAMPLES.map(({ reference, answer }) => ({ prompt: reference, answer }));
const TASKS = [0, 1, 2].map((task) => ({
  name: `task ${task}`,
  instruction: prompt(task).slice(0, 4),
  queries: SAMPLES.map(({ target }, i) => ({ prompt: target, position: 0, answer: 60 + task, label: `query ${i}` })),
}));
const GROUPS = [0, 1].map((group) => ({
  label: `group ${group}`,
  prompts: Array.from({ length: 8 }, (_, i) => prompt(2 * i + group).slice(0, 5 + (i % 2))),
}));

const SPECS = {
  "patch-sweep": { samples: SAMPLES, tuples: { sizes: [1, 2] } },
  "path-trace": {
    samples: Array.from({ length: 8 }, (_, i) => ({ tokens: prompt(i), answer: 60 + i, sources: "all" })),
    topK: 2,
    maxRank: 10,
  },
  "patch-grid": { samples: SAMPLES.map(({ source, target, answer }) => ({ source, target, answer })) },
  steer: { samples: PROMPTS, vector: { plus: [prompt(3), prompt(5)], minus: [[1]] }, maxNewTokens: 3 },
  "cross-task": { tasks: TASKS },
  "logit-lens": { samples: PROMPTS.map(({ prompt: tokens, answer }) => ({ tokens, answer })) },
  geometry: { groups: GROUPS, sites: ["resid_post", "attn_out", "mlp_out"] },
  accuracy: { samples: PROMPTS.map(({ prompt }) => ({ prompt, answer: "the", scope: ["the", "of"] })), stop: [] },
} as const;

type Kind = keyof typeof SPECS;
const KINDS = Object.keys(SPECS) as Kind[];

function specFile(kind: Kind, name: string): string {
  const spec = join(folder, `${name}.json`);
  writeFileSync(spec, JSON.stringify({ schema: "patchbay.spec/1", kind, model, ...SPECS[kind] }));
  return spec;
}

/** The bytes of a result without the time that it took. */
const timeless = (file: string): string =>
  readFileSync(file, "utf8").replace(/"started":"[^"]*","seconds":[\d.e-]+/, '"started":"","seconds":0');

const finished = (journal: string) => (existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length - 2 : 0);

/** Starts the command and kills it some milliseconds after so many parts are finished, unless it ends before that.
 *  @returns whether it was killed */
async function killed(
  args: readonly string[],
  { journal, parts }: { journal: string; parts: number },
): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: "ignore" });
  const exit = new Promise<NodeJS.Signals | null>((done) => child.once("exit", (_, signal) => done(signal)));
  while (child.exitCode === null && finished(journal) < parts) await setTimeout(2);
  await setTimeout(Math.random() * 40);
  child.kill("SIGKILL");
  return (await exit) === "SIGKILL";
}

/** Deaths in the midst of the work. */
const KILLS = 4;

test.each(KINDS)(
  "%s: killed at many moments and resumed, it writes the undisturbed run's file",
  async (kind) => {
    const spec = specFile(kind, kind);
    const whole = join(folder, `${kind}-whole.patchbay.json`);
    const out = join(folder, `${kind}-killed.patchbay.json`);
    const journal = `${out}.journal`;
    // The naive plan of a sweep journals each sample, so that there are many moments.
    const run = ["run", spec, "--plan", "naive", "--out"];
    expect((await patchbay([...run, whole])).code).toBe(0);

    const resume = () => (existsSync(journal) ? ["--resume"] : []);
    let kills = 0;
    for (let tries = 0; kills < KILLS && tries < 10 * KILLS; tries++) {
      const parts = finished(journal) + Math.floor(Math.random() * 3);
      const died = await killed([...run, out, ...resume()], { journal, parts });
      if (died && parts > 0) kills++;
      if (died || !existsSync(out)) continue;
      // It was done before it could be killed: that is a file too, and the next one starts anew.
      expect(timeless(out)).toBe(timeless(whole));
      rmSync(out);
    }
    expect(kills).toBe(KILLS);
    expect((await patchbay([...run, out, ...resume()])).code).toBe(0);
    expect(timeless(out)).toBe(timeless(whole));
    expect(timeless(out)).toContain('"started":"","seconds":0');
    // A second process may have died between making a temporary file and renaming it; no journal and no lock is left.
    expect(readdirSync(folder).filter((name) => /journal/.test(name))).toEqual([]);
  },
  300_000,
);

for (const kind of ["patch-sweep", "path-trace"] as const)
  test(`${kind}: a second writer is refused while the first lives, and takes over when it is gone`, async () => {
    const spec = specFile(kind, `${kind}-two`);
    const out = join(folder, `${kind}-two.patchbay.json`);
    const journal = `${out}.journal`;
    const run = ["run", spec, "--plan", "naive", "--out", out];
    const first = spawn(process.execPath, [BIN, ...run], { stdio: "ignore" });
    const exit = new Promise((done) => first.once("exit", done));
    while (first.exitCode === null && finished(journal) < 1) await setTimeout(2);
    // Asleep, it is neither done nor gone when the second one comes.
    first.kill("SIGSTOP");
    const before = readFileSync(journal);
    const second = await patchbay([...run, "--resume"]);
    expect([second.code, second.stderr]).toEqual([2, expect.stringMatching(/^error: .*held by another run/m)]);
    expect(readFileSync(journal)).toEqual(before);
    expect(existsSync(out)).toBe(false);
    first.kill("SIGKILL");
    await exit;
    expect((await patchbay([...run, "--resume"])).code).toBe(0);
    expect(JSON.parse(readFileSync(out, "utf8")).state).toBe("done");
    expect(readdirSync(folder).filter((name) => /two.*journal/.test(name))).toEqual([]);
  }, 300_000);
