/** What Shift+Tab shows of a name: tslab strings the parts of a docstring together without saying which is which. Here what
 *  it throws and its examples are named, and stand apart. */

/** What the compiler knows of a name, as far as it is changed here. */
export interface QuickInfo {
  tags?: { name: string; text?: { text: string; kind: string }[] }[];
}

const WORDS: Readonly<Record<string, string>> = { throws: "Throws ", returns: "Gives ", example: "Example:\n  " };

/** Names the parts of a docstring; parts that it does not know stay as they are. */
export function namedParts<Info extends QuickInfo | null | undefined>(info: Info): Info {
  if (!info?.tags) return info;
  let last = "";
  const tags = info.tags.map((tag) => {
    const words = WORDS[tag.name];
    const text = tag.text?.map(({ text }) => text).join("") ?? "";
    if (words === undefined || text === "") return tag;
    const again = tag.name === last;
    last = tag.name;
    const said =
      tag.name === "example" ? `${again ? "  " : `\n${words}`}${text.replaceAll("\n", "\n  ")}` : `\n${words}${text}`;
    return { ...tag, text: [{ text: said, kind: "text" }] };
  });
  return { ...info, tags };
}
