/** The picture of a path graph: laid out anew when the view, its marks or the room change, painted when the layout does. */
import {
  type PathsLayout,
  type PathsView,
  type PathWindow,
  pathsLayout,
  rowPlace,
  type Theme,
  wholeWindow,
} from "patchbay/view";
import { Picture } from "./paint";
import type { Marks } from "./state";
import { fitting } from "./window";

export class Drawing {
  layout: PathsLayout | null = null;
  readonly picture = new Picture();
  private of: { view: PathsView; key: string } | null = null;

  /** @param view on its lattice */
  lay(view: PathsView, marks: Marks, size: { width: number; height: number }): PathsLayout {
    const window = this.window(view, marks);
    const key = JSON.stringify([size, window, marks.share]);
    if (this.layout && this.of?.view === view && this.of.key === key) return this.layout;
    this.of = { view, key };
    this.layout = pathsLayout(view, size, { share: marks.share, window });
    return this.layout;
  }

  paint(theme: Theme): void {
    if (this.layout) this.picture.show(this.layout, theme);
  }

  /** Writes the name of a row in bold; -1: the embedding's; null: none, as for one that is not drawn. */
  nameRow(view: PathsView, row: number | null): void {
    const { layout } = this;
    const shown = layout && row !== null && row + 1 >= layout.window.r0 && row <= layout.window.r1;
    const text = row === -1 ? "embed" : rowPlace(view, row ?? 0);
    this.picture.emphasise(shown ? { y: layout.origin.y - (row + 1) * layout.row, text } : null);
  }

  /** The part that is drawn; null: all of it, also where marks are of another graph. */
  window(view: PathsView, marks: Marks): PathWindow | null {
    return fitting(wholeWindow(view), marks.window);
  }
}
