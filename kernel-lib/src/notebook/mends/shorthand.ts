/** tslab turns the name of a variable from an earlier cell into a property of its `exports`, but overlooks `{ name }`,
 *  so that `patchSweep(model, { task })` ends with "task is not defined". Spelled out as `{ name: name }` it works.
 *  Only names from earlier cells are touched: all other cells keep their text, and the columns of their messages. */
import type * as TypeScript from "typescript";

/** Writes `{ name }` as `{ name: name }` for each name that `isEarlier`. `ts` is tslab's own TypeScript. */
export function spellOut(ts: typeof TypeScript, code: string, isEarlier: (name: string) => boolean): string {
  const ends: { at: number; name: string }[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && isEarlier(node.name.text)) {
      ends.push({ at: node.name.end, name: node.name.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022));
  let spelled = code;
  // From the end, so that places before stay where they are.
  for (const { at, name } of ends.sort((a, b) => b.at - a.at)) {
    spelled = `${spelled.slice(0, at)}: ${name}${spelled.slice(at)}`;
  }
  return spelled;
}
