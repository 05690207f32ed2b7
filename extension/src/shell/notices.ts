/** What stands on the stage instead of a picture: nothing to draw, an error, wrong data, too little room.
 *  Messages are text, whatever they hold. */
import { button, el } from "../dom";
import { type IconName, icon } from "../icons";

export interface Notice {
  icon: IconName;
  title: string;
  text: string;
  /** TypeScript shown on demand. */
  call?: string;
  /** Offered for copying, so that it can be sent to somebody. */
  message?: string;
}

export function noticeNode(
  notice: Notice,
  copy: (text: string) => void,
  more: readonly HTMLElement[] = [],
): HTMLElement {
  const actions: HTMLElement[] = [...more];
  const { message, call } = notice;
  if (message) actions.push(button({ label: "Copy message", icon: "copy", look: "outlined" }, () => copy(message)));
  const code = el("pre", { class: "pb-call", hidden: true }, call ?? "");
  if (call) {
    const show = button({ label: "Show the call", icon: "code", look: "outlined" }, () => {
      code.hidden = !code.hidden;
      show.setAttribute("aria-expanded", String(!code.hidden));
    });
    show.setAttribute("aria-expanded", "false");
    actions.push(show);
  }
  return el(
    "div",
    { class: "pb-notice" },
    el("span", { class: "pb-notice-icon" }, icon(notice.icon)),
    el("b", {}, notice.title),
    el("p", { class: "pb-quiet" }, notice.text),
    actions.length > 0 && el("div", { class: "pb-next" }, ...actions),
    call ? code : null,
  );
}
