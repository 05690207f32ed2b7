/** Every public name says what it is, and every public function shows a call as a notebook would write it: this is what
 *  Shift+Tab shows in a cell. Read from the sources, without a type checker. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const INDEX = resolve(import.meta.dirname, "../../kernel-lib/src/index.ts");
const files = new Map<string, ts.SourceFile>();

function sourceOf(path: string): ts.SourceFile {
  const found = files.get(path);
  if (found) return found;
  const made = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
  files.set(path, made);
  return made;
}

function moduleAt(from: string, specifier: ts.Expression | undefined): string {
  const path = join(dirname(from), (specifier as ts.StringLiteral).text);
  return ts.sys.fileExists(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}

/** The statement that declares `name`, followed through files that hand it on. */
function declarationOf(path: string, name: string): ts.Statement {
  const source = sourceOf(path);
  for (const statement of source.statements) {
    const names = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map((one) => one.name.getText())
      : [(statement as { name?: ts.Identifier } & ts.Statement).name?.text];
    if (names.includes(name)) return statement;
    const clause = statement as {
      exportClause?: ts.NamedExportBindings;
      importClause?: ts.ImportClause;
    } & ts.Statement;
    const list = clause.exportClause ?? clause.importClause?.namedBindings;
    if (!list || !(ts.isNamedExports(list) || ts.isNamedImports(list))) continue;
    const one = list.elements.find((element) => element.name.text === name);
    const { moduleSpecifier } = statement as ts.ExportDeclaration;
    if (one && moduleSpecifier)
      return declarationOf(moduleAt(path, moduleSpecifier), (one.propertyName ?? one.name).text);
  }
  throw new Error(`${path}: ${name} is declared nowhere`);
}

const exported = sourceOf(INDEX).statements.flatMap((statement) => {
  if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause))
    return [];
  const from = moduleAt(INDEX, statement.moduleSpecifier);
  return statement.exportClause.elements.map((element) => ({
    name: element.name.text,
    declaration: declarationOf(from, (element.propertyName ?? element.name).text),
  }));
});

const docs = (declaration: ts.Statement): string =>
  (declaration as ts.Statement & { jsDoc?: ts.JSDoc[] }).jsDoc?.at(-1)?.getText() ?? "";
const isCalled = (declaration: ts.Statement): boolean =>
  ts.isFunctionDeclaration(declaration) || ts.isVariableStatement(declaration);

test("every public name has a sentence that says what it is", () => {
  expect(exported.length).toBeGreaterThan(100);
  expect(
    exported.filter(({ declaration }) => !/\/\*\*\s*[^@\s*]/.test(docs(declaration))).map(({ name }) => name),
  ).toEqual([]);
});

test("every public function shows an example by the name that notebooks know it by", () => {
  const wanting = exported.filter(({ name, declaration }) => {
    const [, example = ""] = docs(declaration).split("@example");
    return isCalled(declaration) && !example.includes(`pb.${name}`);
  });
  expect(wanting.map(({ name }) => name)).toEqual([]);
});
