/** Every committed notebook runs in a real kernel without an error, and its committed outputs are what it gives. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  agree,
  essence,
  NOTEBOOKS,
  notebookNames,
  numbersOf,
  readNotebook,
  runNotebook,
  solutionsOf,
  VIEW_MIME,
} from "../support/notebooks.mjs";

/** A notebook that grows beyond this is slow to open and to review. */
const MOST_BYTES = 1_500_000;

test("there is a quickstart", () => {
  assert.ok(notebookNames().includes("quickstart.ipynb"));
});

/** Lessons are numbered from 1. */
const isLesson = (name) => /^\d-/.test(name);

for (const name of notebookNames().filter(isLesson)) {
  test(`${name} says what one learns, asks before it answers, and ends with two exercises`, () => {
    const text = readNotebook(name)
      .cells.filter(({ cell_type }) => cell_type === "markdown")
      .map(({ source }) => source.join(""))
      .join("\n");
    assert.match(text, /^# Lesson \d: /);
    assert.match(text, /\*\*You will learn\*\*/);
    assert.match(text, /> \*\*Question\.\*\*/);
    const exercises = text.slice(text.indexOf("## Exercises"));
    assert.match(exercises, /\*\*1\.\*\*[\s\S]*\*\*2\.\*\*/);
    assert.deepEqual(
      solutionsOf(name).map((blocks) => blocks.length > 0),
      [true, true],
    );
  });
}

for (const name of notebookNames()) {
  const codeCells = () => readNotebook(name).cells.filter(({ cell_type }) => cell_type === "code");

  test(`${name} is committed with its kernel, its outputs and no error`, () => {
    assert.equal(readNotebook(name).metadata.kernelspec.name, "patchbay");
    assert.ok(statSync(join(NOTEBOOKS, name)).size < MOST_BYTES);
    const cells = codeCells();
    assert.deepEqual(
      cells.map(({ execution_count }) => execution_count),
      cells.map((_, i) => i + 1),
    );
    const outputs = cells.flatMap((cell) => cell.outputs);
    assert.ok(outputs.length > 0);
    assert.deepEqual(
      outputs.filter(({ output_type, name: stream }) => output_type === "error" || stream === "stderr"),
      [],
    );
  });

  test(`${name}: each committed view has a picture and text beside it`, () => {
    for (const { data, metadata } of codeCells().flatMap((cell) => cell.outputs)) {
      if (data?.[VIEW_MIME] === undefined) continue;
      assert.ok(data["image/png"].startsWith("iVBOR"), "no PNG");
      assert.ok(data["text/plain"].length > 0, "no text");
      assert.ok(metadata["image/png"].alt.length > 20, "no alt text");
    }
  });

  test(`${name} gives its committed outputs, and its solutions run`, { timeout: 600_000 }, async () => {
    const solutions = solutionsOf(name).flat();
    const all = await runNotebook(name, undefined, solutions);
    const cells = codeCells();
    const results = all.slice(0, cells.length);
    const solved = all
      .slice(cells.length)
      .map(({ reply, outputs }) => [reply.status, reply.evalue, outputs.length > 0]);
    assert.deepEqual(
      solved,
      solutions.map(() => ["ok", undefined, true]),
    );
    assert.deepEqual(
      results.map(({ reply }) => [reply.status, reply.evalue]),
      cells.map(() => ["ok", undefined]),
    );
    for (const [i, { outputs }] of results.entries()) {
      const outOfStep = `cell ${i + 1}: run test/kernel/execute.mjs --write`;
      assert.deepEqual(outputs.map(essence), cells[i].outputs.map(essence), outOfStep);
      const [got, committed] = [outputs, cells[i].outputs].map((list) => list.flatMap(numbersOf));
      assert.ok(agree(got, committed), `${outOfStep}: ${got} for ${committed}`);
    }
  });
}
