/** A widget's part in the links of its document: what it says and hears, field by field as its reader wants it. */
import { Link, type Linked, type LinkField, type Pointing } from "../link";
import type { MenuItem } from "../menu";

export class Linking implements Linked {
  private readonly link: Link;
  private on = true;
  private readonly off = new Set<LinkField>();

  constructor(
    document: object,
    private readonly fields: () => readonly LinkField[],
    private readonly acts: {
      pointed(at: Pointing): void;
      selected(at: Pointing): void;
      /** Views that are linked, this one included; 0: this one does not take part. */
      counted(views: number): void;
    },
  ) {
    this.link = Link.of(document);
    this.link.join(this);
  }

  /** Tells the other views. */
  point(at: Pointing): void {
    if (this.on) this.link.point(this, this.chosen(at));
  }

  pointed(at: Pointing): void {
    this.acts.pointed(this.on ? this.chosen(at) : null);
  }

  /** Tells the other views what has been selected. */
  select(at: Pointing): void {
    if (this.on) this.link.select(this, this.chosen(at));
  }

  selected(at: Pointing): void {
    if (this.on) this.acts.selected(this.chosen(at));
  }

  counted(views: number): void {
    this.acts.counted(this.on ? views : 0);
  }

  /** The fields that the reader left on; null when none of them is said. */
  private chosen(at: Pointing): Pointing {
    if (!at || this.off.size === 0) return at;
    const left = Object.entries(at).filter(([field]) => !this.off.has(field as LinkField));
    return left.length > 0 ? Object.fromEntries(left) : null;
  }

  items(): MenuItem[] {
    const change = (act: () => void) => () => {
      act();
      this.acts.pointed(null);
      this.link.recount();
    };
    const all: MenuItem = {
      label: "Link this view with the others",
      checked: this.on,
      act: change(() => {
        this.on = !this.on;
      }),
    };
    const fields = this.fields();
    if (!this.on || fields.length < 2) return [all];
    return [
      all,
      ...fields.map(
        (field): MenuItem => ({
          label: `by ${field}`,
          checked: !this.off.has(field),
          act: change(() => {
            if (!this.off.delete(field)) this.off.add(field);
          }),
        }),
      ),
    ];
  }

  leave(): void {
    this.link.point(this, null);
    this.link.leave(this);
  }
}
