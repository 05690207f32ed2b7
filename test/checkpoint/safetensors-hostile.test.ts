import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../kernel-lib/src/checkpoint/safetensors";
import { readTensors } from "../../kernel-lib/src/checkpoint/shards";
import { CheckpointError } from "../../kernel-lib/src/errors";
import { writeRaw } from "../support/safetensors-file";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
const path = join(folder, "model.safetensors");
const f32 = (shape: unknown, offsets: unknown) => ({ dtype: "F32", shape, data_offsets: offsets });

async function complaint(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  return (error as Error).message;
}
const ofHeader = (header: unknown, dataBytes: number) => {
  const isText = typeof header === "string" || header instanceof Uint8Array;
  writeRaw(path, isText ? header : JSON.stringify(header), new Uint8Array(dataBytes));
  return complaint(readHeader(path));
};

describe("readHeader() refuses", () => {
  test("a file shorter than its length prefix", async () => {
    writeFileSync(path, "1234");
    expect(await complaint(readHeader(path))).toMatch(/^model\.safetensors: size is 4, .* starts with 8 bytes/);
  });

  test("a header length beyond the cap, without reading it", async () => {
    writeRaw(path, "{}", new Uint8Array(0), 2n ** 63n);
    expect(await complaint(readHeader(path))).toMatch(
      /header length is 9223372036854775808, must be at most 16777216 bytes/,
    );
  });

  test("a header longer than the file", async () => {
    writeRaw(path, "{}", new Uint8Array(0), 3n);
    expect(await complaint(readHeader(path))).toMatch(/header length is 3, must fit into the file, which has 10 bytes/);
  });

  test.each([
    ["no JSON", "{nonsense", /header: must be valid JSON/],
    ["an array", "[]", /header: must start with \{/],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /header: must be text in UTF-8/],
    ["a tensor twice", '{"a":1,"\\u0061":2}', /header: key is "a", stands twice/],
    ["the key __proto__", '{"__proto__":{}}', /must not have the key "__proto__"/],
    ["__proto__ in escapes", '{"__pr\\u006fto__":{}}', /must not have the key "__proto__"/],
    ["deep nesting", `{"a":${"[".repeat(100_000)}`, /nesting at character \d+ is 5, .* at most 4 deep/],
    ["metadata that is no text", '{"__metadata__":{"a":1}}', /__metadata__ is \{"a":1\}, must be an object of strings/],
  ])("a header with %s", async (_, header, message) => {
    expect(await ofHeader(header, 0)).toMatch(message);
  });

  test.each([
    ["no object", 7, /tensor "w" is 7, must be an object/],
    ["no dtype", { shape: [1], data_offsets: [0, 4] }, /tensor "w": dtype is null, must be a string/],
    ["no shape", { dtype: "F32", data_offsets: [0, 4] }, /tensor "w": shape is null/],
    ["a negative axis", f32([-1], [0, 4]), /shape is \[-1\], .* whole numbers >= 0/],
    ["a fractional axis", f32([0.5, 2], [0, 4]), /shape is \[0.5,2\]/],
    ["an axis beyond 2^53", f32([2 ** 53], [0, 4]), /shape is \[9007199254740992\]/],
    ["65 axes", f32(Array(65).fill(1), [0, 4]), /at most 64 whole numbers/],
    ["one offset", f32([1], [4]), /data_offsets is \[4\], must be two whole numbers/],
    ["offsets as text", f32([1], ["0", "4"]), /data_offsets is \["0","4"\]/],
    ["its end before its begin", f32([1], [4, 0]), /data_offsets is \[4,0\], must satisfy begin <= end <= 4/],
    ["its end beyond the file", f32([2], [0, 8]), /data_offsets is \[0,8\], .* <= 4, the bytes of data/],
    ["fewer bytes than its shape", f32([2], [0, 4]), /span is 4, must be the 8 bytes of F32 \[2\]/],
    // 2^32 x 2^32 x 4 bytes is 0 in 64-bit arithmetic and imprecise in floating point.
    ["a shape that overflows", f32([2 ** 32, 2 ** 32], [0, 4]), /must be the 73786976294838206464 bytes of F32/],
  ])("a tensor with %s", async (_, entry, message) => {
    expect(await ofHeader({ w: entry }, 4)).toMatch(message);
  });

  test("overlaps, holes and bytes that belong to nobody", async () => {
    expect(await ofHeader({ a: f32([2], [0, 8]), b: f32([2], [4, 12]) }, 12)).toMatch(
      /tensor "b" begins at byte 4 of the data and: overlaps tensor "a", which ends at 8/,
    );
    expect(await ofHeader({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12)).toMatch(
      /tensor "b" begins at byte 8 .* leaves a hole after tensor "a", which ends at 4/,
    );
    expect(await ofHeader({ a: f32([1], [4, 8]) }, 8)).toMatch(/leaves a hole after the start of the data/);
    expect(await ofHeader({ a: f32([1], [0, 4]) }, 7)).toMatch(/bytes after the last tensor is 3/);
  });

  test("a folder and a pipe in a file's place, at once", async () => {
    mkdirSync(join(folder, "dir.safetensors"));
    expect(await complaint(readHeader(join(folder, "dir.safetensors")))).toMatch(/must be a plain file/);
    execFileSync("mkfifo", [join(folder, "pipe.safetensors")]);
    expect(await complaint(readHeader(join(folder, "pipe.safetensors")))).toMatch(/must be a plain file/);
    expect(await complaint(readHeader(join(folder, "none.safetensors")))).toMatch(/no such file/);
  });
});

test("readHeader() takes empty and scalar tensors, any order and any dtype that nobody uses", async () => {
  const header = {
    later: f32([2], [9, 17]),
    empty: f32([0, 5], [9, 9]),
    scalar: { dtype: "I64", shape: [], data_offsets: [0, 8] },
    strange: { dtype: "NEW_1", shape: [3], data_offsets: [8, 9] },
  };
  writeRaw(path, JSON.stringify(header), new Uint8Array(17));
  const tensors = await readHeader(path);
  expect([...tensors.keys()].sort()).toEqual(["empty", "later", "scalar", "strange"]);
  expect(tensors.get("later")?.offset).toBe(8 + JSON.stringify(header).length + 9);
});

test("a message never carries control characters or a whole endless name", async () => {
  const message = await ofHeader({ [`\u001b[2J${"x".repeat(10_000)}`]: 1 }, 0);
  expect(message).not.toContain("\u001b");
  expect(message.length).toBeLessThan(500);
});

describe("readTensors() refuses", () => {
  let n = 0;
  const sharded = (edit: (weightMap: Record<string, unknown>) => unknown) => {
    const model = writeTinyCheckpoint(join(folder, `s${n++}`), { shards: 2, nLayers: 1 });
    const indexPath = join(model, "model.safetensors.index.json");
    const index = JSON.parse(readFileSync(indexPath, "utf8"));
    const edited = edit(index.weight_map);
    writeFileSync(indexPath, JSON.stringify(edited === undefined ? index : edited));
    return model;
  };

  test.each([
    "../m0/model.safetensors",
    "/etc/passwd",
    "sub/model.safetensors",
    "..\\up.safetensors",
    "a..safetensors",
    "C:model.safetensors",
    "model.bin",
    "x\u0000.safetensors",
    "",
    7,
    null,
    ["a.safetensors"],
  ])("the index's file name %j", async (file) => {
    const model = sharded((weightMap) => {
      weightMap["model.norm.weight"] = file;
    });
    expect(await complaint(readTensors(model))).toMatch(
      /file of tensor "model.norm.weight" is .*, must be the plain name of a .safetensors file/,
    );
  });

  test("an index without weight_map, or an empty one", async () => {
    expect(await complaint(readTensors(sharded(() => ({ metadata: {} }))))).toMatch(/weight_map is null/);
    expect(await complaint(readTensors(sharded(() => ({ weight_map: {} }))))).toMatch(/weight_map is \{\}/);
    expect(await complaint(readTensors(sharded(() => [])))).toMatch(/weight_map is null/);
  });

  test("an index that names a tensor or a file that is not there", async () => {
    const ghost = sharded((weightMap) => {
      weightMap.ghost = "model-00001-of-00002.safetensors";
    });
    expect(await complaint(readTensors(ghost))).toMatch(/tensor "ghost": should be in model-00001-of-00002/);
    const missing = sharded((weightMap) => {
      weightMap.ghost = "model-00003-of-00002.safetensors";
    });
    expect(await complaint(readTensors(missing))).toMatch(/model-00003-of-00002.safetensors: no such file/);
  });

  test("a shard whose tensor the index does not know, or puts elsewhere", async () => {
    const unknown = sharded((weightMap) => {
      delete weightMap["model.norm.weight"];
    });
    expect(await complaint(readTensors(unknown))).toMatch(
      /tensor "model.norm.weight": is not in model.safetensors.index/,
    );
    const elsewhere = sharded((weightMap) => {
      weightMap["model.norm.weight"] = "model-00001-of-00002.safetensors";
    });
    expect(await complaint(readTensors(elsewhere))).toMatch(/stands in this file, but .* puts it into model-00001/);
  });

  test("5,000 files in the index, before opening any", async () => {
    const many = sharded(() => ({
      weight_map: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`t${i}`, `f${i}.safetensors`])),
    }));
    expect(await complaint(readTensors(many))).toMatch(/number of files is 5000, must be at most 4096/);
  });

  test("a folder without safetensors, and says what it holds instead", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(await complaint(readTensors(empty))).toMatch(/holds neither model.safetensors nor/);
    writeFileSync(join(empty, "pytorch_model.bin"), "");
    expect(await complaint(readTensors(empty))).toMatch(/It holds "pytorch_model.bin": save the model again/);
  });
});

test("every truncation of a right file is refused", async () => {
  const model = writeTinyCheckpoint(join(folder, "cut"), { nLayers: 1, dModel: 8, nHeads: 2, dMlp: 8, vocab: 8 });
  const file = join(model, "model.safetensors");
  const whole = readFileSync(file);
  for (let length = whole.byteLength - 1; length >= 0; length = Math.floor(length * 0.9)) {
    truncateSync(file, length);
    await expect(readHeader(file), `cut to ${length} bytes`).rejects.toThrow(CheckpointError);
    writeFileSync(file, whole);
    if (length === 0) break;
  }
});
