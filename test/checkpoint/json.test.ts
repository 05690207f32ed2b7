import { expect, test } from "vitest";
import { parseJson } from "../../kernel-lib/src/checkpoint/json";
import { SpecError } from "../../kernel-lib/src/errors";

const limits = { maxBytes: 100_000_000, maxDepth: 8, thing: "x.json" };
const message = (text: string, more: object = {}) => {
  try {
    parseJson(text, { ...limits, ...more });
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
};

test.each(["1", "null", '"a"', "[]", '{"a": {"b": [1, "x\\"]{", {"c": "\\\\"}]}}', ' { "a" : "b" , "c" : 1 } '])(
  "parseJson() reads %s as JSON.parse does",
  (text) => {
    expect(parseJson(text, limits)).toEqual(JSON.parse(text));
    expect(parseJson(Buffer.from(text), limits)).toEqual(JSON.parse(text));
  },
);

test("equal keys are refused in one object, not in two, and not as values", () => {
  expect(parseJson('[{"a": "a"}, {"a": {"a": "a"}}]', limits)).toEqual([{ a: "a" }, { a: { a: "a" } }]);
  expect(message('{"a": 1, "b": 2, "a": 3}')).toBe('x.json: key is "a", stands twice in one object.');
  expect(message('{"a": {"b": 1}, "a": 3}')).toMatch(/key is "a"/);
  expect(message('{"\\u0061" : 1, "a": 3}')).toMatch(/key is "a"/);
});

test("a key may be anything where words are keys, and makes no prototype", () => {
  const value = parseJson('{"__proto__": {"x": 1}, "a": 1}', { ...limits, keys: "any" }) as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(["__proto__", "a"]);
  expect(value.x).toBeUndefined();
  expect(message('{"__proto__": 1}')).toMatch(/must not have the key "__proto__"/);
});

test("size, depth and the number of parts are bounded", () => {
  expect(message("[1, 2, 3]", { maxBytes: 8 })).toBe("x.json: size is 9, JSON here must be at most 8 bytes.");
  expect(message("[[[]]]", { maxDepth: 2 })).toMatch(/nesting at character 2 is 3, .* at most 2 deep/);
  expect(message(`[${"[],".repeat(2_000_000)}[]]`)).toMatch(
    /number of objects, arrays and keys: must be at most 2000000/,
  );
  expect(message(`[${"1,".repeat(12_000_001)}1]`, { maxBytes: 1e8 })).toMatch(
    /number of values: must be at most 12000000/,
  );
  expect(message(`{${Array.from({ length: 2_000_000 }, (_, i) => `"${i}":0`)}}`)).toMatch(/number of objects, arrays/);
});

test("errors are of the class that was asked for, and carry no raw text of the file", () => {
  expect(() => parseJson("{", { ...limits, error: SpecError })).toThrow(SpecError);
  expect(message('{"a\u001b[2J": }')).not.toContain("\u001b");
  expect(message('{"a')).toMatch(/must be valid JSON/);
  expect(message('"a\\')).toMatch(/must be valid JSON/);
});
