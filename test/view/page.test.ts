/** A page that stands alone: whatever its views and texts hold, one script runs, and nothing leaves its element. */
import { expect, test } from "vitest";
import { type HeatmapView, type PageParts, pageOf, parseAnyResult, unpack, viewsOf } from "../../kernel-lib/src/view";
import { madeUp } from "../result/sweeps";
import { madeUpView } from "./made-up";

const PARTS: PageParts = { script: "void 0", scriptHash: "sha256-x", style: "body { color: red }" };
const HOSTILE = `</script><script>alert(1)</script><!--<img src=x onerror="alert(1)">\u2028\u202eabc`;

test("texts are escaped wherever they stand, and characters that turn a line are named", () => {
  const page = pageOf(
    [
      { heading: HOSTILE },
      { text: HOSTILE },
      { code: HOSTILE },
      { table: { name: "t", columns: [HOSTILE], rows: [[HOSTILE], [null], [0.123456789]] }, caption: HOSTILE },
    ],
    { title: HOSTILE, lead: HOSTILE, language: '"><script>' },
    PARTS,
  );
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page).not.toContain("<img");
  expect(page).not.toContain("\u202e");
  expect(page).toContain("[U+202E]abc");
  expect(page).toContain("<td>–</td>");
  expect(page).toContain(">0.123457</td>");
});

test("views lie in a script element that is not run and that their labels cannot end", () => {
  const view = { ...madeUpView(), title: HOSTILE };
  const page = pageOf([{ view }], {}, PARTS);
  const [, data] = /<script type="application\/json" id="pb-page-views">(.*?)<\/script>/s.exec(page) ?? [];
  expect(data).not.toContain("<");
  expect(data).not.toContain("\u2028");
  expect(JSON.parse(data)).toEqual([view]);
});

test("the policy lets one script run, by its hash, and nothing be fetched", () => {
  const [, policy] =
    /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(pageOf([{ text: "" }], {}, PARTS)) ?? [];
  expect(policy.split("; ")).toEqual(
    expect.arrayContaining(["default-src 'none'", "script-src 'sha256-x'", "base-uri 'none'", "form-action 'none'"]),
  );
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});

test("a run that is still going on is shown as what it is in a file: stopped", () => {
  const page = pageOf([{ view: { ...madeUpView(), state: "partial" } }], {}, PARTS);
  expect(page).toContain('"state":"stopped"');
});

test("an empty page and a file that is no result are refused with a reason", () => {
  expect(() => pageOf([], {}, PARTS)).toThrow("at least one item");
  expect(() => parseAnyResult('{"kind": "other"}', "x.patchbay.json")).toThrow("x.patchbay.json");
});

test("views of a sweep: the quick one says means, the whole one intervals as well, after its steps at no cost", () => {
  const result = madeUp();
  const views = viewsOf(result);
  expect(views.choices).toEqual(["heatmap"]);
  const lows = (statistics: boolean) => {
    const view = views.view({ id: "v", statistics }) as HeatmapView;
    return unpack(view.metrics[0].low).filter((low) => !Number.isNaN(low)).length;
  };
  expect(lows(false)).toBe(0);
  for (const step of views.slow) step();
  expect(lows(true)).toBeGreaterThan(0);
  expect(() => views.view({ id: "v", choice: 1 })).toThrow("whole number from 0 to 0");
});
