/** inspect, capture, generate, pull, doctor: the commands that read a checkpoint. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readHeader } from "../../kernel-lib/src/checkpoint/safetensors";
import type { StoredTensor } from "../../kernel-lib/src/checkpoint/types";
import { readValues } from "../../kernel-lib/src/checkpoint/values";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { type HubServer, startHub } from "../support/hub-server";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

/** Debian's Chromium brings a software Vulkan driver along. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

const root = temporaryFolder();
const PROMPTS = [
  [1, 17, 4],
  [1, 9],
  [5, 6, 7],
];
let model: string;
let tokens: string;

beforeAll(() => {
  model = writeTinyCheckpoint(join(root, "gqa"), { nKvHeads: 2, tokenizer: true, shards: 2 });
  tokens = join(root, "tokens.json");
  writeFileSync(tokens, JSON.stringify(PROMPTS));
});

/** Asserts a refusal: exit code 2, one paragraph, no stack; gives the paragraph. */
async function refused(args: readonly string[], env?: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await patchbay(args, { env });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  return stderr;
}

describe("patchbay inspect", () => {
  test("says what a checkpoint is", async () => {
    const { code, stdout, stderr } = await patchbay(["inspect", model]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^layers\s+3$/m);
    expect(stdout).toMatch(/^attention\s+4 heads, 2 of keys and values of 8, queries and keys normalised$/m);
    expect(stdout).toContain("hook_resid_post");
  });

  test("gives the same as JSON", async () => {
    const facts = JSON.parse((await patchbay(["inspect", model, "--json"])).stdout);
    expect(facts).toMatchObject({
      config: { nLayers: 3, nKvHeads: 2 },
      dtypes: ["F32"],
      provider: { device: "cpu" },
      memory: { weightsF32: 4 * facts.parameters, weightsOnDisk: 4 * facts.parameters },
    });
    expect(facts.hooks).toContain("blocks.2.attn.hook_pattern");
    expect(facts.tensors["model.norm.weight"]).toEqual({ dtype: "F32", shape: [32] });
  });

  test.each([
    ["a model that is not there", ["inspect", "nobody/nothing"], /patchbay pull nobody\/nothing/],
    ["no model", ["inspect"], /missing required argument 'model'/],
    ["an unknown option", ["inspect", "demo/dpo", "--jsn"], /unknown option '--jsn'/],
    ["an unknown command", ["inspekt"], /unknown command 'inspekt'/],
  ])("refuses %s", async (_, args, message) => {
    expect(await refused(args)).toMatch(message);
  });
});

describe("patchbay capture", () => {
  const out = () => join(root, "out.safetensors");
  const args = (hooks: string, extra: string[] = []) => [
    "capture",
    model,
    "--tokens",
    tokens,
    "--hooks",
    hooks,
    "--out",
    out(),
    ...extra,
  ];

  test("writes one tensor for each prompt and hook, equal to what the library gives", async () => {
    const { code, stderr } = await patchbay(args("blocks.*.hook_resid_post,blocks.1.attn.hook_*,hook_embed,logits"));
    expect(stderr).toContain("out.safetensors: ");
    expect(code).toBe(0);
    const tensors = await readHeader(out());
    const loaded = await loadModel(model, { host: "inline" });
    try {
      const expected = await loaded.forwardBatch(PROMPTS, {
        capture: ["blocks.*.hook_resid_post", "blocks.1.attn.hook_*", "hook_embed", "logits"],
      });
      const names = expected.flatMap(({ cache }, i) => [...cache.keys()].map((hook) => `${i}.${hook}`));
      expect([...tensors.keys()]).toEqual(names);
      for (const [i, { cache }] of expected.entries())
        for (const [hook, { dims, data }] of cache) {
          const stored = tensors.get(`${i}.${hook}`) as StoredTensor;
          expect(stored, hook).toMatchObject({ dtype: "F32", shape: dims });
          const { data: found } = await readValues(stored);
          const off = found.reduce((most, x, k) => Math.max(most, x === data[k] ? 0 : Math.abs(x - data[k])), 0);
          expect(off, `${i}.${hook}`).toBeLessThanOrEqual(1e-5);
        }
      expect(tensors.get("0.blocks.1.attn.hook_k")?.shape).toEqual([3, 2, 8]);
      expect(tensors.get("1.blocks.1.attn.hook_pattern")?.shape).toEqual([4, 2, 2]);
    } finally {
      await loaded.close();
    }
  });

  test("the file says which model, device and precision its numbers come from", async () => {
    expect((await patchbay(args("logits"))).code).toBe(0);
    const bytes = readFileSync(out());
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE())));
    expect(header.__metadata__).toMatchObject({ format: "pt", model, device: "cpu", precision: "fp32" });
    expect(header.__metadata__.fingerprint).toMatch(/^sha256:/);
  });

  describe("refuses, and leaves no file:", () => {
    const bad = (content: string) => {
      const path = join(root, "bad.json");
      writeFileSync(path, content);
      return path;
    };
    const cases: [string, () => string[], RegExp][] = [
      [
        "a layer too high",
        () => args("blocks.3.hook_resid_post"),
        /blocks.3.hook_resid_post: this model has layers 0 to 2/,
      ],
      ["a glob that matches nothing", () => args("blocks.*.hook_nothing"), /blocks.\*.hook_nothing: names no hook/],
      ["an empty name", () => args("hook_embed,,logits"), /--hooks is "hook_embed,,logits"/],
      ["a device that is none", () => args("logits", ["--device", "tpu"]), /device is "tpu", must be one of auto, cpu/],
      [
        "a folder that is not there",
        () => [...args("logits").slice(0, -1), join(root, "no/x.safetensors")],
        /no\/?\S*: does not exist|cannot be written/,
      ],
      ...(
        [
          ["an id too high", "[[1], [2, 277]]", /bad.json: prompt 1\[1\] is 277, must be a token id of 0 to 276/],
          ["a negative id", "[[-1]]", /prompt 0\[0\] is -1/],
          ["a fraction", "[[0.5]]", /prompt 0\[0\] is 0.5/],
          ["a text for an id", '[["1"]]', /prompt 0\[0\] is "1"/],
          ["an empty prompt", "[[1], []]", /prompt 1: must hold at least one token id/],
          ["no prompts", "[]", /number of prompts is 0/],
          ["a flat list", "[1, 2]", /must hold a list of prompts/],
          ["an object", '{"tokens": [[1]]}', /must hold a list of prompts/],
          [
            "a prompt longer than the model",
            JSON.stringify([Array(129).fill(1)]),
            /length is 129, must be at most 128/,
          ],
          ["deep nesting", "[".repeat(100_000), /nesting at character 3 is 4/],
          ["no JSON", "[[1, 2", /must be valid JSON/],
        ] as const
      ).map(([what, content, message]): [string, () => string[], RegExp] => [
        what,
        () => [
          "capture",
          model,
          "--tokens",
          bad(content),
          "--hooks",
          "logits",
          "--out",
          join(root, "none.safetensors"),
        ],
        message,
      ]),
    ];
    test.each(cases)("%s", async (_, make, message) => {
      const command = make();
      const before = readdirSync(root).sort();
      expect(await refused(command)).toMatch(message);
      expect(readdirSync(root).sort()).toEqual(before);
    });
  });
});

describe("patchbay generate", () => {
  test("continues prompts in ids, as the library does, and prints them in the same form", async () => {
    const { code, stdout } = await patchbay(["generate", model, "--tokens", tokens, "--max-new-tokens", "4"]);
    expect(code).toBe(0);
    const loaded = await loadModel(model, { host: "inline" });
    try {
      const expected: number[][] = [];
      for (const prompt of PROMPTS) expected.push((await loaded.generate(prompt, { maxNewTokens: 4 })).tokens);
      expect(JSON.parse(stdout)).toEqual(expected);
    } finally {
      await loaded.close();
    }
  });

  test("continues a text, plain or as a chat", async () => {
    const plain = await patchbay(["generate", model, "--text", " the capital", "--max-new-tokens", "3", "--json"]);
    const [{ tokens: made, text, stopped }] = JSON.parse(plain.stdout);
    expect(made.length).toBeLessThanOrEqual(3);
    expect(typeof text).toBe("string");
    expect(["length", "eos"]).toContain(stopped);
    expect((await patchbay(["generate", model, "--text", " the capital", "--max-new-tokens", "3"])).stdout).toBe(
      `${text}\n`,
    );
    expect((await patchbay(["generate", model, "--text", "Hi", "--chat", "--max-new-tokens", "1"])).code).toBe(0);
  });

  test("refuses what it cannot do", async () => {
    const bare = writeTinyCheckpoint(join(root, "bare"), {});
    expect(await refused(["generate", model])).toMatch(/prompt: must be given either by --text or by --tokens/);
    expect(await refused(["generate", model, "--text", "a", "--tokens", tokens])).toMatch(/either by --text or/);
    expect(await refused(["generate", bare, "--text", "a"])).toMatch(
      /has no tokenizer.json. Give token ids by --tokens/,
    );
    for (const n of ["0", "-1", "1.5", "1e3", "x", "129"])
      expect(await refused(["generate", model, "--text", "a", `--max-new-tokens=${n}`])).toMatch(
        /--max-new-tokens is ".*", must be a whole number from 1 to 128/,
      );
  });
});

describe("hostile checkpoints end in seconds, with one paragraph", () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    ["10^9 layers", (f) => editConfig(f, { num_hidden_layers: 1e9 }), /num_hidden_layers is 1000000000/],
    ["weights cut short", (f) => cut(f), /data_offsets is .*, must satisfy|must fit into the file/],
    ["no config", (f) => writeFileSync(join(f, "config.json"), ""), /config.json: must be valid JSON/],
    ["deep config", (f) => writeFileSync(join(f, "config.json"), "[".repeat(1e6)), /config.json: nesting/],
    [
      "a tokenizer that is none",
      (f) => writeFileSync(join(f, "tokenizer.json"), "{}"),
      /tokenizer.json: cannot be used/,
    ],
  ])("%s", async (what, spoil, message) => {
    const folder = writeTinyCheckpoint(join(root, what.replaceAll(/\W/g, "-")), {});
    spoil(folder);
    expect(await refused(["inspect", folder])).toMatch(message);
  });

  function editConfig(folder: string, change: object): void {
    const path = join(folder, "config.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
  }
  function cut(folder: string): void {
    const path = join(folder, "model.safetensors");
    writeFileSync(path, readFileSync(path).subarray(0, 4000));
  }
});

describe("patchbay pull", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  let hub: HubServer;
  let env: Record<string, string>;
  beforeEach(async () => {
    const files = new Map(readdirSync(model).map((name) => [name, readFileSync(join(model, name))]));
    hub = await startHub({ repo: "owner/tiny", commit, revisions: ["main"], files });
    env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: join(root, `cache-${hub.endpoint.split(":").at(-1)}`) };
  });
  afterEach(() => hub.close());

  test("fetches into the cache, and says where; a refusal is one paragraph", async () => {
    const { code, stdout, stderr } = await patchbay(["pull", "owner/tiny"], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/owner\/tiny at 0123456789ab: 6 files, /);
    expect(readdirSync(stdout.trim())).toContain("config.json");
    expect((await patchbay(["inspect", "owner/tiny"], { env })).code).toBe(0);
    expect(await refused(["pull", "owner/other"], env)).toMatch(/owner\/other@main at .* 404/);
    expect(await refused(["pull", "tiny"], env)).toMatch(/must be owner\/name/);
  });

  test("stopped by SIGINT keeps what has come, and the next call goes on from there", async () => {
    Object.assign(hub.behaviour, { breakAfter: 4000, breaks: 1000 });
    const blobs = join(env.HF_HUB_CACHE, "models--owner--tiny/blobs");
    const partial = () =>
      existsSync(blobs) && readdirSync(blobs).find((name) => /^[0-9a-f]{64}\.incomplete$/.test(name));
    const size = () => {
      const name = partial();
      return name ? readFileSync(join(blobs, name)).byteLength : 0;
    };
    const stopped = await patchbay(["pull", "owner/tiny"], { env, interruptWhen: () => size() >= 4000 });
    expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code: 130, stdout: "" });
    const kept = size();
    expect(kept).toBeGreaterThanOrEqual(4000);
    hub.behaviour.breaks = 0;
    hub.seen.length = 0;
    expect((await patchbay(["pull", "owner/tiny"], { env })).code).toBe(0);
    expect(hub.seen.map(({ range }) => range)).toContain(`bytes=${kept}-`);
  });
});

test("patchbay doctor says what works, with a way out for what does not", async () => {
  const { stdout } = await patchbay(["doctor", "--json"]);
  const findings: { name: string; state: string; wayOut: string }[] = JSON.parse(stdout);
  const state = Object.fromEntries(findings.map((finding) => [finding.name, finding.state]));
  expect(state).toMatchObject({ node: "works", onnxruntime: "works", "demo/dpo": "works", kernelspec: "works" });
  expect(Object.keys(state)).toEqual(expect.arrayContaining(["webgpu", "labextension", "jupyterlab"]));
  expect(Object.keys(state).some((name) => name.startsWith("cuda"))).toBe(true);
  for (const { name, state: found, wayOut } of findings) if (found !== "works") expect(wayOut, name).not.toBe("");
});

test("patchbay doctor --deviation compares a device with fp32 on CPU, and a precision that is not there is refused", async () => {
  const { code, stdout } = await patchbay(["doctor", "--deviation", "demo/dpo", "--json"]);
  const { provider, hooks, sameTop } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(provider).toMatchObject({ device: "cpu", precision: "fp32" });
  expect(hooks.at(-1)).toEqual({ hook: "logits", relative: 0, norm: 0 });
  expect(sameTop).toBe(1);
  const half = await patchbay(["doctor", "--deviation", "demo/dpo", "--precision", "fp16"]);
  expect([half.code, half.stdout]).toEqual([2, ""]);
  expect(half.stderr).toMatch(/^error: precision is "fp16", but it is not offered on cpu/);
});

test.skipIf(!existsSync(SWIFTSHADER))("on a software GPU the demo model stays within 1e-3 of the CPU", async () => {
  const { code, stdout } = await patchbay(["doctor", "--deviation", "demo/dpo", "--device", "webgpu"], {
    env: { LD_LIBRARY_PATH: "/usr/lib/chromium", VK_ICD_FILENAMES: SWIFTSHADER },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^demo\/dpo: fp32 on webgpu against fp32 on cpu/);
  const logits = Number(/^logits +(\S+)/m.exec(stdout)?.[1]);
  expect(logits).toBeGreaterThan(0);
  expect(logits).toBeLessThan(1e-3);
});

test("without a build the bin says what to do", async () => {
  const folder = join(root, "unbuilt/bin");
  mkdirSync(folder, { recursive: true });
  const bin = join(folder, "patchbay.cjs");
  writeFileSync(bin, readFileSync("kernel-lib/bin/patchbay.cjs"));
  expect(existsSync(join(folder, "../dist"))).toBe(false);
  const { code, stderr } = await patchbay(["--version"], { bin });
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: Patchbay is not built yet. Run `npm ci && npm run build`/),
  });
});

test("help goes to stdout, and no command to exit code 2", async () => {
  expect(await patchbay(["--help"])).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringContaining("Exit codes"),
  });
  expect(await patchbay([])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("Usage: patchbay") });
  expect(await patchbay(["--version"])).toMatchObject({ code: 0, stdout: "0.1.0\n" });
});
