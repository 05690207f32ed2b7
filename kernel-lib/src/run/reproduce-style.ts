/** How the report of a reproduction looks: one column, system letters, light or dark as the reader's system is. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #57606a; --page: #ffffff; --card: #f6f8fa; --rule: #d0d7de; --link: #0b57c4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b1; --page: #0d1117; --card: #161b22; --rule: #30363d; --link: #79b0ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; color: var(--ink); background: var(--page); font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; }
h2 { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 0 0 0.75rem; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: 0.5rem; }
.contents { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; font-size: 0.9rem; }
.contents ul, .files { padding-left: 1.1rem; }
.entry { margin: 0 0 2rem; padding: 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: 0.5rem; }
.scroll, .paper, pre { overflow: auto; max-width: 100%; }
.scroll { max-height: 32rem; }
.paper { background: #ffffff; color: #000000; padding: 0.75rem; border-radius: 0.25rem; }
.paper svg { display: block; width: 100%; max-width: 60rem; height: auto; margin: 0 auto; }
table { border-collapse: collapse; font-size: 0.8rem; font-variant-numeric: tabular-nums; }
thead { border-top: 2px solid var(--ink); border-bottom: 1px solid var(--ink); }
tbody { border-bottom: 2px solid var(--ink); }
th, td { padding: 0.2rem 0.6rem; text-align: left; vertical-align: top; }
td { min-width: 2.5rem; }
header pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
th.section { font-style: italic; padding-top: 0.6rem; }
pre { padding: 0.75rem; background: var(--card); border: 1px solid var(--rule); border-radius: 0.25rem; font-size: 0.85rem; }
.caption, .links { color: var(--soft); font-size: 0.9rem; }
details { margin-top: 0.5rem; }
@media print { .skip, details:not([open]) { display: none; } .entry { break-inside: avoid; } .scroll { max-height: none; } }
`;
