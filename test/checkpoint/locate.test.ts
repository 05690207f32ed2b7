import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hubCache, locate, parseHubName } from "../../kernel-lib/src/checkpoint/locate";
import { temporaryFolder } from "../support/temporary";

const root = temporaryFolder();
const cache = join(root, "hub");
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const snapshot = join(cache, "models--owner--name", "snapshots", COMMIT);

beforeEach(() => {
  mkdirSync(join(cache, "models--owner--name", "refs", "refs", "pr"), { recursive: true });
  mkdirSync(snapshot, { recursive: true });
  writeFileSync(join(cache, "models--owner--name", "refs", "main"), COMMIT);
  writeFileSync(join(cache, "models--owner--name", "refs", "refs", "pr", "3"), `${COMMIT}\n`);
  writeFileSync(join(cache, "models--owner--name", "refs", "broken"), "../../../etc");
  vi.stubEnv("HF_HUB_CACHE", cache);
});
afterEach(() => vi.unstubAllEnvs());

describe("locate()", () => {
  test("finds bundled demos beside the sources", () => {
    expect(locate("demo/dpo")).toMatch(/kernel-lib[\\/]demo[\\/]dpo$/);
  });

  test("finds folders, absolute and relative", () => {
    expect(locate(root)).toBe(root);
    expect(locate("kernel-lib/src")).toBe(join(process.cwd(), "kernel-lib/src"));
  });

  test("finds cached revisions by branch, reference and commit", () => {
    for (const name of ["owner/name", "owner/name@main", "owner/name@refs/pr/3", `owner/name@${COMMIT}`])
      expect(locate(name), name).toBe(snapshot);
  });

  test.each(["owner/name@v2", "owner/name@broken", "owner/other"])(
    "says where it looked for %s, and how to fetch it",
    (name) => {
      expect(() => locate(name)).toThrow(
        /there is no folder .* and no revision .* in .*models--owner--.* Fetch it first: patchbay pull owner/,
      );
    },
  );

  test("a demo's name with a slip is suggested, and not to be fetched from a hub", () => {
    expect(() => locate("demo/DPO")).toThrow(/^model is "demo\/DPO" \(did you mean "demo\/dpo"\?\), must be/);
    expect(() => locate("demo/dpo2")).toThrow(/come with Patchbay; there are no others\.$/);
  });

  test.each(["", "../nowhere", "a/b/c", "owner/name@../x", "demo/nobody/x", "x\u0000y"])("refuses %j", (name) => {
    expect(() => locate(name)).toThrow(/must be demo\/base, demo\/sft, demo\/dpo, a folder or a model in/);
  });
});

test("parseHubName() takes what the hub takes", () => {
  expect(parseHubName("allenai/OLMo-2-0425-1B")).toEqual({ repo: "allenai/OLMo-2-0425-1B", revision: "main" });
  expect(parseHubName("gpt2@v1.0")).toEqual({ repo: "gpt2", revision: "v1.0" });
  for (const name of ["a//b", "/a/b", "a/.b", "a/b--c", "a/b@", "a/b@x/../y", "a b/c", `a/${"x".repeat(97)}`])
    expect(parseHubName(name), name).toBeNull();
});

test("hubCache() follows the same variables as huggingface_hub", () => {
  expect(hubCache({ HF_HUB_CACHE: "/a", HF_HOME: "/b" })).toBe("/a");
  expect(hubCache({ HF_HOME: "/b", XDG_CACHE_HOME: "/c" })).toBe("/b/hub");
  expect(hubCache({ XDG_CACHE_HOME: "/c" })).toBe("/c/huggingface/hub");
  expect(hubCache({})).toMatch(/\.cache\/huggingface\/hub$/);
});
