/** Plain readers of the files that widgets save, written after the formats' rules and nothing of the code under test. */

/** RFC 4180. @throws Error for a quote that does not end */
export function csvRows(text) {
  const rows = [[]];
  let field = "";
  let at = 0;
  for (; at < text.length; at++) {
    if (text[at] === '"') {
      let from = at + 1;
      for (;;) {
        const close = text.indexOf('"', from);
        if (close < 0) throw new Error("a quote does not end");
        if (text[close + 1] !== '"') {
          field += text.slice(at + 1, close).replaceAll('""', '"');
          at = close;
          break;
        }
        from = close + 2;
      }
    } else if (text[at] === ",") {
      rows.at(-1).push(field);
      field = "";
    } else if (text[at] === "\n") {
      rows.at(-1).push(field.replace(/\r$/, ""));
      field = "";
      rows.push([]);
    } else field += text[at];
  }
  if (field !== "" || rows.at(-1).length > 0) rows.at(-1).push(field);
  else rows.pop();
  return rows;
}

/** What would stop LaTeX: special characters, braces and environments. */
export function latexFaults(text) {
  const faults = [];
  const lines = text.split("\n").filter((line) => !line.startsWith("% needs"));
  // Escaped characters and math are in order; what is left has to be.
  const bare = lines.join("\n").replace(/\\[\\%&_#${}]/g, "");
  const outside = bare.replace(/\$[^$\n]*\$/g, "");
  if (outside.includes("$")) faults.push("a $ that does not end");
  if (outside.includes("%")) faults.push("an unescaped %");
  for (const special of "_^#") if (outside.includes(special)) faults.push(`a ${special} outside of math`);
  const count = (character) => bare.split(character).length - 1;
  if (count("{") !== count("}")) faults.push(`braces: ${count("{")} opened, ${count("}")} closed`);
  const environments = (word) => [...text.matchAll(new RegExp(`\\\\${word}\\{(\\w+)\\}`, "g"))].map(([, name]) => name);
  const closed = environments("end");
  for (const name of environments("begin")) if (!closed.includes(name)) faults.push(`\\begin{${name}} is not closed`);
  for (const [, columns, body] of text.matchAll(/\\begin\{tabular\}\{(\w+)\}(.*?)\\end\{tabular\}/gs))
    for (const row of body.split("\n").filter((line) => line.endsWith("\\\\") && !line.includes("\\multicolumn")))
      if (row.replaceAll("\\&", "").split("&").length !== columns.length)
        faults.push(`not ${columns.length} cells: ${row}`);
  return faults.sort();
}

/** Width, height and resolution. @throws Error for what is no PNG */
export function pngFacts(bytes) {
  if (bytes.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") throw new Error("not a PNG");
  let dpi = null;
  let pixels = false;
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "pHYs" && bytes[at + 16] === 1) dpi = Math.round(bytes.readUInt32BE(at + 8) * 0.0254);
    if (type === "IDAT" && length > 100) pixels = true;
    at += 12 + length;
  }
  if (!pixels) throw new Error("a PNG without pixels");
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), dpi };
}

/** Width in points, and what is wrong with header, cross-reference or fonts. */
export function pdfFacts(bytes) {
  const text = bytes.toString("latin1");
  const faults = [];
  if (!/^%PDF-1\.\d/.test(text)) faults.push("no header");
  if (!/%%EOF\s*$/.test(text)) faults.push("no end");
  const start = Number(/startxref\s+(\d+)/.exec(text)?.[1] ?? -1);
  if (!/^(xref|\d+ 0 obj)/.test(text.slice(start, start + 20)) || start < 0) faults.push("startxref leads nowhere");
  if (/\/Subtype\s*\/Image/.test(text)) faults.push("a picture of pixels");
  const box = /\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/.exec(text);
  return { faults, width: Number(box?.[1] ?? 0), height: Number(box?.[2] ?? 0) };
}
