/** Documents: what they link to exists, and the project's text names no machine of ours. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((name) => name && existsSync(join(ROOT, name)));

/** GitHub's anchor of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`*_]/g, "")
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

test("every relative link in a Markdown file leads somewhere", () => {
  const pages = tracked.filter((name) => name.endsWith(".md"));
  const broken: string[] = [];
  for (const page of pages) {
    const text = readFileSync(join(ROOT, page), "utf8").replace(/```[\s\S]*?```/g, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, hash] = target.split("#");
      const file = path === "" ? join(ROOT, page) : resolve(ROOT, dirname(page), decodeURIComponent(path));
      if (!existsSync(file)) broken.push(`${page}: ${target}`);
      else if (hash && file.endsWith(".md")) {
        const anchors = [...readFileSync(file, "utf8").matchAll(/^#+\s+(.*)$/gm)].map((m) => anchor(m[1]));
        if (!anchors.includes(hash)) broken.push(`${page}: ${target} (no such heading)`);
      }
    }
  }
  expect(pages.length).toBeGreaterThan(0);
  expect(broken).toEqual([]);
});

test("the lockfile holds no download addresses", () => {
  expect(readFileSync(join(ROOT, "package-lock.json"), "utf8")).not.toMatch(/"resolved": "https?:/);
});

test("only the agreed folders stand at the top level", () => {
  const folders = new Set(tracked.filter((name) => name.includes("/")).map((name) => name.split("/")[0]));
  expect([...folders].sort()).toEqual([
    ".ci",
    "extension",
    "jupyter-config",
    "kernel-lib",
    "notebooks",
    "style",
    "test",
  ]);
});
