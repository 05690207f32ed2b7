/** Links the views of one document: what the pointer or the cursor is on in one is marked in the others,
 *  by layer, head, position, token, sample, task and steering coefficient. Previews; selections and pins stay
 *  with their view, but a view that shows one sample may go to the one that is selected elsewhere. */

export type LinkField = "layer" | "head" | "position" | "token" | "sample" | "task" | "coefficient";

/** What is pointed at, as labels by field: `{ layer: ["0", "2"] }`. null: nothing. */
export type Pointing = Partial<Record<LinkField, readonly string[]>> | null;

export interface Linked {
  /** Another view of the document points at this. */
  pointed(at: Pointing): void;
  /** And this has been selected there. */
  selected(at: Pointing): void;
  /** How many views are linked now, this one included. */
  counted(views: number): void;
}

export class Link {
  private static readonly all = new WeakMap<object, Link>();

  /** The link of one document; `document` is any object that lives as long as it does. */
  static of(document: object): Link {
    const found = Link.all.get(document);
    if (found) return found;
    const made = new Link();
    Link.all.set(document, made);
    return made;
  }

  private readonly members = new Set<Linked>();

  join(member: Linked): void {
    this.members.add(member);
    this.recount();
  }

  leave(member: Linked): void {
    if (this.members.delete(member)) this.recount();
  }

  /** Tells all other views; a view that has left is not heard. */
  point(from: Linked, at: Pointing): void {
    if (!this.members.has(from)) return;
    for (const member of [...this.members]) if (member !== from) member.pointed(at);
  }

  /** Tells all other views what has been selected in one. */
  select(from: Linked, at: Pointing): void {
    if (!this.members.has(from)) return;
    for (const member of [...this.members]) if (member !== from) member.selected(at);
  }

  /** Tells every member how many there are. */
  recount(): void {
    for (const member of [...this.members]) member.counted(this.members.size);
  }
}
