/** Look of a notebook's page: light or dark as the reader's system is, readable on paper, and nothing wider than the window. */
export const pageStyle: string = `
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5c6577; --line: #e1e5ec; --paper: #fff; --shade: #f6f8fb;
  --accent: #1f5fbf; --good: #1a7f4b; --bad: #b3261e; --warn: #9a5b00;
  --sans: Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  --mono: "JetBrains Mono", "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 var(--sans); overflow-wrap: break-word; }
main, header.run { max-width: 68rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
main { padding-bottom: 4rem; }
a { color: var(--accent); text-underline-offset: 2px; }
header.run { padding-top: 1.75rem; padding-bottom: 1.25rem; }
header.run .title { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; }
header.run .name { font-size: 1.05rem; font-weight: 650; }
#toggle-code { margin-left: auto; font: inherit; font-size: .8rem; color: var(--soft); background: none; cursor: pointer;
  border: 1px solid var(--line); border-radius: 6px; padding: .2rem .6rem; }
#toggle-code:hover { color: var(--ink); border-color: var(--soft); }
.badge { font-size: .78rem; font-weight: 600; padding: .12rem .6rem; border-radius: 99px; background: #eef1f6; color: var(--soft); }
.badge.completed { background: #e4f4ec; color: var(--good); }
.badge.failed, .badge.killed, .badge.timeout { background: #fcebea; color: var(--bad); }
.badge.interrupted { background: #fdf1de; color: var(--warn); }
header.run dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 0; }
header.run dt { font-size: .72rem; letter-spacing: .03em; text-transform: uppercase; color: var(--soft); }
header.run dd { margin: 0; font-size: .92rem; font-variant-numeric: tabular-nums; }
table.parameters { margin-top: 1.1rem; border-collapse: collapse; font-size: .88rem; width: 100%; }
table.parameters caption { text-align: left; font-size: .72rem; letter-spacing: .03em; text-transform: uppercase; color: var(--soft); padding-bottom: .2rem; }
table.parameters th { text-align: left; font-weight: 500; padding: .3rem 1.5rem .3rem 0; vertical-align: top; white-space: nowrap; }
table.parameters td { padding: .3rem 0; width: 100%; overflow-wrap: anywhere; }
table.parameters tr { border-top: 1px solid var(--line); }
.banner { margin-top: 1.1rem; padding: .75rem 1rem; border-radius: 8px; border-left: 4px solid var(--bad); background: #fcebea; }
.banner.interrupted { border-color: var(--warn); background: #fdf1de; }
.banner p { margin: 0; white-space: pre-wrap; }
code, pre, kbd { font-family: var(--mono); font-size: .86em; }
pre { margin: 0; line-height: 1.5; }
.cell { margin: 1.1rem 0; scroll-margin-top: 1rem; }
.cell:target { outline: 2px solid var(--bad); outline-offset: .6rem; border-radius: 4px; }
.prose h1 { font-size: 1.9rem; line-height: 1.25; margin: 1.6rem 0 .6rem; letter-spacing: -.015em; }
.prose h2 { font-size: 1.35rem; line-height: 1.3; margin: 2.2rem 0 .5rem; padding-top: .9rem; border-top: 1px solid var(--line); letter-spacing: -.01em; }
.prose h3 { font-size: 1.1rem; margin: 1.4rem 0 .4rem; }
.prose :is(h4, h5, h6) { font-size: 1rem; margin: 1.2rem 0 .3rem; } .prose :is(h5, h6) { color: var(--soft); }
.prose .anchor { margin-left: .4em; text-decoration: none; color: var(--soft); opacity: 0; } .prose :is(h1, h2, h3, h4, h5, h6):hover .anchor { opacity: 1; }
.prose > :is(p, ul, ol, dl, blockquote, pre, .formula, .alert, .markdown-alert, .footnotes) { max-width: 46rem; }
.prose > :first-child { margin-top: 0; }
.prose :is(p, ul, ol, dl, pre, table) { margin: .6rem 0; } .prose :is(ul, ol) :is(ul, ol) { margin: 0; }
.prose dt { font-weight: 600; } .prose dd { margin: 0 0 .3rem 1.5rem; } .prose dd > p { margin: .2rem 0; }
.prose li:has(> input[type=checkbox]) { list-style: none; margin-left: -1.4em; }
.prose kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: .05em .35em; }
.prose hr, .footnotes-sep { border: 0; border-top: 1px solid var(--line); margin: 1.2rem 0; } .footnotes { font-size: .88rem; color: var(--soft); }
.formula { display: block; } .katex-display.katex-display { margin: .8rem 0; padding: .1rem 0; overflow-x: auto; overflow-y: hidden; }
:is(.alert, .markdown-alert) { margin: .8rem 0; padding: .6rem 1rem; border-left: 4px solid var(--accent); border-radius: 0 8px 8px 0; background: var(--shade); }
:is(.alert, .markdown-alert) > :first-child { margin-top: 0; } :is(.alert, .markdown-alert) > :last-child { margin-bottom: 0; }
.markdown-alert-title { font-weight: 600; color: var(--accent); }
:is(.alert-success, .markdown-alert-tip) { --accent: var(--good); } :is(.alert-warning, .markdown-alert-warning) { --accent: var(--warn); }
:is(.alert-danger, .alert-error, .markdown-alert-caution) { --accent: var(--bad); } .markdown-alert-important { --accent: #7a3fb8; }
.missing { border: 1px dashed var(--warn); border-radius: 4px; color: var(--warn); padding: .05em .4em; font-size: .88rem; }
.prose img { max-width: 100%; height: auto; }
.prose code { background: var(--shade); padding: .1em .3em; border-radius: 4px; }
.prose pre { background: var(--shade); padding: .8rem 1rem; border-radius: 8px; overflow-x: auto; }
.prose pre code { background: none; padding: 0; }
.prose blockquote { margin: .8rem 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--soft); }
details.code > summary { list-style: none; cursor: pointer; display: flex; gap: .6rem; align-items: baseline;
  font: .75rem/1.8 var(--mono); color: #6d7688; width: fit-content; }
details.code > summary::-webkit-details-marker { display: none; }
details.code > summary::before { content: "▸"; display: inline-block; width: .7rem; font-size: .7rem; }
details.code[open] > summary::before { content: "▾"; }
details.code > summary:hover { color: var(--ink); }
details.code > pre { background: var(--shade); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem;
  overflow-x: auto; tab-size: 2; }
details.code.hidden-input:not([open]) { display: none; }
.outputs { margin-top: .6rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; }
.stream, .value { padding: .1rem 0 .1rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
.stream.stderr { border-color: #e9b44c; }
.stream.long { max-height: 26rem; overflow: auto; }
.error { border-left: 4px solid var(--bad); background: #fdf3f2; border-radius: 0 8px 8px 0; padding: .7rem 1rem; }
.error .headline { margin: 0; font-weight: 600; color: var(--bad); white-space: pre-wrap; overflow-wrap: anywhere; }
.error pre { margin-top: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.note { margin: 0; color: var(--soft); font-size: .9rem; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; font-size: .95rem; line-height: 1.35; margin: .3rem 0 .35rem; }
.frame { overflow-x: auto; }
.figure { width: 100%; overflow: hidden; }
.figure .main-svg :is(text[class$="title"], [class$="tick"] text, .cbaxis text, .legendtext, .annotation-text) {
  fill: var(--ink) !important; }
.picture { max-width: 100%; height: auto; }
.document { width: 100%; height: 36rem; border: 1px solid var(--line); }
.html { overflow-x: auto; max-width: 100%; }
.html table { border: 0; }
.html :is(td, th) { border-width: 0 0 1px; border-style: solid; border-color: var(--line); }
.html table, .prose table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
.html table caption { text-align: left; font-weight: 600; padding: .2rem 0 .4rem; }
.html th, .prose th { text-align: left; font-weight: 600; border-bottom: 2px solid var(--line); padding: .35rem .9rem .35rem 0; vertical-align: bottom; }
.html tbody th, .prose tbody th { border-bottom-width: 1px; }
.html td, .prose td { border-bottom: 1px solid var(--line); padding: .32rem .9rem .32rem 0; vertical-align: top; }
.html table.dataframe :is(td, th) { text-align: right; white-space: nowrap; } .html table.dataframe :is(td, th):last-child { padding-right: 0; }
table.cherenkit-table { min-width: min(24rem, 100%); }
table.cherenkit-table th, table.cherenkit-table td { padding: .36rem .9rem; }
table.cherenkit-table thead th { background: var(--shade); border-bottom: 1px solid #cfd6e1; }
table.cherenkit-table tbody tr:hover { background: #fafbfd; }
.hljs-comment { color: #5f6979; font-style: italic; } .hljs-keyword, .hljs-literal, .hljs-built_in { color: #8a2bb0; }
.hljs-string, .hljs-regexp { color: #186a3b; } .hljs-number { color: #a34800; } .hljs-title, .hljs-attr { color: #1f5fbf; }
.hljs-type, .hljs-title.class_ { color: #0b6b7d; } .hljs-meta { color: #7a5901; } .hljs-subst { color: inherit; }
.ansi-black-fg { color: #1d2433; } .ansi-bright-black-fg { color: #5c6577; } .ansi-black-bg, .ansi-bright-black-bg {
background: #5c657733; } .ansi-red-fg { color: #b3261e; } .ansi-bright-red-fg { color: #d63a31; } .ansi-red-bg,
.ansi-bright-red-bg { background: #d63a3133; } .ansi-green-fg { color: #1a7f4b; } .ansi-bright-green-fg { color:
#157f46; } .ansi-green-bg, .ansi-bright-green-bg { background: #22a35f33; } .ansi-yellow-fg { color: #8a6100; }
.ansi-bright-yellow-fg { color: #8f6500; } .ansi-yellow-bg, .ansi-bright-yellow-bg { background: #b07d0033; }
.ansi-blue-fg { color: #1f5fbf; } .ansi-bright-blue-fg { color: #2a6bd2; } .ansi-blue-bg, .ansi-bright-blue-bg {
background: #3a7be033; } .ansi-magenta-fg { color: #9b2fa8; } .ansi-bright-magenta-fg { color: #a93bb7; }
.ansi-magenta-bg, .ansi-bright-magenta-bg { background: #b84bc633; } .ansi-cyan-fg { color: #0b6b7d; }
.ansi-bright-cyan-fg { color: #0e7a8f; } .ansi-cyan-bg, .ansi-bright-cyan-bg { background: #1289a033; } .ansi-white-fg
{ color: #69728a; } .ansi-bright-white-fg { color: #69728a; } .ansi-white-bg, .ansi-bright-white-bg { background:
#aab2c033; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e8f0; --soft: #9aa4b8; --line: #333b4a; --paper: #14181f; --shade: #1d232d; --accent: #7fb0ff;
    --good: #6fd3a0; --bad: #ff8a80; --warn: #f0b45a; }
  .badge { background: #2a3240; } .badge.completed { background: #163527; }
  .badge.failed, .badge.killed, .badge.timeout, .banner { background: #3a1d1b; } .badge.interrupted, .banner.interrupted { background: #38290f; }
  .error { background: #2a1a1a; } .figure, .picture { --ink: #1d2433; background: #fff; color: #1d2433; color-scheme: light; border-radius: 6px; }
  .html, .html table { color: inherit; } table.cherenkit-table thead th { border-bottom-color: #465062; }
  table.cherenkit-table tbody tr:hover { background: #1a2029; } details.code > summary { color: #8d97ab; }
  .hljs-comment { color: #8893a7; } .hljs-keyword, .hljs-literal, .hljs-built_in { color: #d0a2f7; } .hljs-string, .hljs-regexp { color: #8fd6a4; }
  .ansi-black-fg, .ansi-bright-black-fg { color: #8d97ab; } .ansi-red-fg, .ansi-bright-red-fg { color: #ff8a80; }
  .ansi-green-fg, .ansi-bright-green-fg { color: #6fd3a0; } .ansi-yellow-fg, .ansi-bright-yellow-fg { color: #f0c060;
  } .ansi-blue-fg, .ansi-bright-blue-fg { color: #7fb0ff; } .ansi-magenta-fg, .ansi-bright-magenta-fg { color:
  #e0a0f0; } .ansi-cyan-fg, .ansi-bright-cyan-fg { color: #7fd1de; } .ansi-white-fg, .ansi-bright-white-fg { color:
  #e4e8f0; }
  .hljs-number { color: #f0a875; } .hljs-title, .hljs-attr { color: #8bb8ff; } .hljs-type, .hljs-title.class_ { color: #7fd1de; } .hljs-meta { color: #e0c070; }
}
@media (max-width: 40rem) { table.cherenkit-table td:last-child:not([style]) { min-width: 11rem; }
  .figure .modebar { display: none; } }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1.name { margin: 0; }
@media print { .prose .anchor { display: none; } details:not(.code)::details-content { content-visibility: visible; display: block; } body { font-size: 10.5pt; } .cell:has(.prose), .cell.prose { break-after: avoid; } .figure .modebar, #toggle-code, details.code:not([open]) { display: none; }
  .stream.long { max-height: none; } .cell, figure, .figure, .picture, tr { break-inside: avoid; } .html { overflow: visible; }
  details.code > pre, .prose pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .html table { font-size: 8pt; } .html table.dataframe :is(td, th) { padding: .15rem .25rem; } .stream, .value, .trace, .code, .alert, .markdown-alert { print-color-adjust: exact; } table.cherenkit-table th, table.cherenkit-table td { padding: .2rem .4rem; white-space: normal; }
  header.run, main { max-width: none; padding-left: 0; padding-right: 0; } }
`;
