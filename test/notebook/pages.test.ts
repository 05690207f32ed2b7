/** Who gets what is pushed. Comms are plain objects here; test/kernel sends them over sockets. */
import { expect, test } from "vitest";
import { forgetSilent, gone, heardFrom, isWatched, push } from "../../kernel-lib/src/notebook/pages";
import { select, selection } from "../../kernel-lib/src/notebook/selection";
import type { View } from "../../kernel-lib/src/view/types";

const page = (id: string) => {
  const got: unknown[] = [];
  return { id, got, send: (data: unknown) => void got.push(data) };
};
const view = (id: string) => ({ id }) as View;

test("a page gets the views it shows, until it has been silent for 60 s", () => {
  const [a, b] = [page("a"), page("b")];
  heardFrom(a, ["v1"], 0);
  heardFrom(b, ["v2"], 30_000);
  push(view("v1"), 50_000);
  expect([a.got.length, b.got.length]).toEqual([1, 0]);
  push(view("v1"), 60_000);
  push(view("v2"), 60_000);
  expect([a.got.length, b.got.length]).toEqual([1, 1]);
  expect(isWatched("v1")).toBe(false);
  expect(forgetSilent(90_000)).toBe(0);
});

test("any request keeps a page alive, and keeps what it shows", () => {
  const a = page("a");
  heardFrom(a, ["v1"], 0);
  heardFrom(a, undefined, 50_000);
  expect(forgetSilent(100_000)).toBe(1);
  expect(isWatched("v1")).toBe(true);
  gone(a);
  expect(isWatched("v1")).toBe(false);
});

test("selection() is that of the view asked for, or the newest", () => {
  expect(selection()).toBeNull();
  select("v1", { layers: [0] });
  select("v2", { layers: [1] });
  select("v1", { layers: [0, 2] });
  expect(selection()).toEqual({ view: "v1", selection: { layers: [0, 2] } });
  expect(selection("v2")).toEqual({ view: "v2", selection: { layers: [1] } });
  expect(selection("v3")).toBeNull();
});
