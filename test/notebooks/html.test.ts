import assert from "node:assert/strict";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { ICodeCell, IOutput } from "@jupyterlab/nbformat";
import { renderNotebook, writePage } from "../../lib/notebooks/html.js";
import { renderOutput } from "../../lib/notebooks/html-output.js";
import { newPageContext } from "../../lib/notebooks/page-context.js";
import { tidiedHtml } from "../../lib/notebooks/tidy-html.js";
import { code, notebook, prose, withNotebook } from "./notebook.js";

function withOutput(source: string, output: Record<string, unknown>, ...tags: string[]): ICodeCell {
  return { ...code(source, ...tags), outputs: [output as IOutput] };
}

const display = (data: Record<string, unknown>): Record<string, unknown> => ({
  output_type: "display_data",
  data,
  metadata: {},
});

const render = (...cells: Parameters<typeof notebook>): string => renderNotebook(notebook(...cells), { title: "Page" });

test("text of any kind cannot become markup", () => {
  const evil = '<script>alert(1)</script><img src=x onerror="alert(2)">';
  const page = render(
    code(`const s = "${evil}"`),
    withOutput("1", { output_type: "stream", name: "stdout", text: evil }),
    withOutput("2", display({ "text/plain": evil })),
    withOutput("3", { output_type: "error", ename: evil, evalue: evil, traceback: [evil] }),
    withOutput("4", display({ [evil]: evil })),
    withOutput("5", display({ "application/vnd.plotly.v1+json": { data: [{ name: "</script><script>alert(3)" }] } })),
    withOutput("5", display({ "application/vnd.plotly.v1+json": { data: [], layout: { title: { text: evil } } } })),
    withOutput("6", display({ "image/png": '"><script>alert(4)</script>' })),
  );
  assert.ok(!/<script>alert|<img src=x/.test(page));
});

test("the richest form of an output is shown, a live figure before all", () => {
  const all = { "text/plain": "PLAIN", "text/html": "<i>HTML</i>", "image/png": "UE5H" };
  assert.match(render(withOutput("1", display(all))), /<i>HTML<\/i>/);
  assert.ok(!render(withOutput("1", display(all))).includes("PLAIN"));
  const figure = { ...all, "application/vnd.plotly.v1+json": { data: [], layout: { height: 300 } } };
  const page = render(withOutput("1", display(figure)));
  assert.match(page, /<div class="figure" style="height:300px">/);
  assert.ok(page.length > 1_000_000, "Plotly is in the page");
  assert.match(render(withOutput("1", display({ "text/plain": ["a\n", "b"] }))), /a\nb/);
});

test("a figure's title is a line of the page, with its sub- and superscripts, and room that it took is given back", () => {
  const figure = (layout: object): string =>
    render(withOutput("1", display({ "application/vnd.plotly.v1+json": { data: [], layout } })));
  const page = figure({
    title: { text: "E<sub>reco</sub> & θ²", subtitle: { text: "mono" } },
    height: 400,
    margin: { t: 72 },
  });
  assert.match(page, /<figcaption>E<sub>reco<\/sub> &amp; θ²<br>mono<\/figcaption>/);
  assert.match(
    page,
    /style="height:370px"><script type="application\/json">\{"data":\[\],"layout":\{"height":370,"margin":\{"t":42\}/,
  );
  assert.match(figure({ title: "short" }), /<figcaption>short<\/figcaption>/);
  assert.doesNotMatch(figure({ height: 300 }), /<figcaption>/);
  // Three panels side by side need room for their labels.
  const panels = { xaxis: { domain: [0, 0.3] }, xaxis2: { domain: [0.35, 0.6] }, xaxis3: { domain: [0.7, 1] } };
  assert.match(figure({ height: 300, ...panels }), /style="height:300px;min-width:690px"/);
});

test("without a figure the page is small and asks for nothing from elsewhere", () => {
  const page = render(
    prose("# Title\n\n[a link](https://example.org)"),
    withOutput("1", display({ "text/plain": "x" })),
  );
  assert.ok(page.length < 30_000);
  assert.ok(!/(src|href)="(?!#|https:\/\/example\.org|data:)/.test(page));
  assert.ok(!/@import|url\(/.test(page));
});

test("tags fold or leave out code, outputs and cells", () => {
  const output = display({ "text/plain": "SHOWN" });
  assert.match(render(withOutput("CODE", output)), /<details class="code" open>/);
  assert.match(
    render(withOutput("CODE", output, "hide-input")),
    /<details class="code hidden-input">.*CODE[\s\S]*SHOWN/,
  );
  assert.ok(!render(withOutput("CODE", output, "remove-input")).includes("CODE"));
  assert.ok(!render(withOutput("CODE", output, "remove_output")).includes("SHOWN"));
  assert.ok(!/CODE|SHOWN/.test(render(withOutput("CODE", output, "remove-cell"))));
  const folded = renderNotebook(notebook("CODE"), { title: "Page", hideCode: true });
  assert.match(folded, /<details class="code">/);
});

test("terminal colours and carriage returns look as on a terminal", () => {
  const text = "10 %\r100 %\n\u001b[32mgreen\u001b[0m";
  const page = render(withOutput("1", { output_type: "stream", name: "stdout", text }));
  assert.match(page, />100 %\n<span class="ansi-green-fg">green<\/span>/);
});

test("inverse text has its colours exchanged, or is light on grey", () => {
  const text =
    "\u001b[7mplain\u001b[0m \u001b[31;7mred\u001b[27m back\u001b[0m \u001b[1;38;5;196;48;2;1;2;3;7mmany\u001b[m end";
  const page = render(withOutput("1", { output_type: "stream", name: "stdout", text }));
  assert.match(page, /<span style="color:rgb\(255,255,255\);background-color:rgb\(92,101,119\)">plain<\/span> /);
  assert.match(page, /<span class="ansi-red-bg">red<\/span><span class="ansi-red-fg"> back<\/span> /);
  assert.match(
    page,
    /<span style="font-weight:bold;color:rgb\(1,2,3\);background-color:rgb\(255,0,0\)">many<\/span> end/,
  );
});

test("formulas are set, with all they need in the page; prices are no formulas", () => {
  const page = render(
    prose("$E = mc^2$, \\\\(a_1\\\\), a price of $5 and $6\n\n$$\\int x$$\n\n\\begin{align}a &= b\\end{align}"),
    withOutput("1", display({ "text/latex": "$\\sqrt{2}$" })),
  );
  assert.equal(page.match(/class="katex"/g)?.length, 5);
  assert.match(page, /a price of \$5 and \$6/);
  assert.match(page, /@font-face\{[^}]*data:font\/woff2;base64/);
  assert.ok(!/url\((?!data:)/.test(page));
  assert.ok(!render(prose("no formula")).includes("@font-face"));
});

test("a page of huge outputs is written piece by piece", async () => {
  await withNotebook(notebook(), async ({ folder }) => {
    const line = `${"x".repeat(99)}\n`;
    const huge = notebook(
      ...Array.from({ length: 5 }, () =>
        withOutput("1", { output_type: "stream", name: "stdout", text: line.repeat(1e5) }),
      ),
    );
    const file = join(folder, "huge.html");
    await writePage(file, huge, { title: "Huge" });
    assert.ok((await stat(file)).size > 5e7);
    let longest = 0;
    for (const piece of renderOutput(
      { output_type: "stream", name: "stdout", text: line.repeat(1e5) },
      newPageContext(),
    ))
      longest = Math.max(longest, piece.length);
    assert.ok(longest < 3e6);
  });
});

test("what an output's HTML leaves open, or ends too much, changes nothing on the rest of the page", () => {
  for (const [html, balanced] of [
    ["<div>a <b>b</div></section></main>", "<div>a <b>b</b></div>"],
    ["<div><i>x", "<div><i>x</i></div>"],
    ["<p>a<p>b<br><img src='a>b'>", "<p>a<p>b<br><img src='a>b'>"],
    ["<ul><li>a<li>b</ul>", "<ul><li>a<li>b</ul>"],
    ['<script>if (a </div> b) x("<b>")</script>', '<script>if (a </div> b) x("<b>")</script>'],
    ["<!-- </div> --><svg><path d='' /></svg></BODY>", "<!-- </div> --><svg><path d='' /></svg>"],
  ] as const)
    assert.equal(tidiedHtml(html, { balance: true }), balanced);
});

test("pictures, films and documents of any type are shown, before their plain text", () => {
  for (const [type, shown] of [
    ["image/webp", '<img class="picture" src="data:image/webp;base64,QUJD"'],
    ["video/mp4", '<video class="picture" controls src="data:video/mp4;base64,QUJD"'],
    ["audio/wav", '<audio controls src="data:audio/wav;base64,QUJD"'],
    ["application/pdf", '<object class="document" type="application/pdf" data="data:application/pdf;base64,QUJD"'],
  ] as const) {
    const page = render(withOutput("1", display({ [type]: "QUJD", "text/plain": "PLAIN" })));
    assert.ok(page.includes(shown) && !page.includes("PLAIN"), type);
  }
});

test("LaTeX that nbconvert's pages set is set, too: several formulas in a text, eqnarray, labels; a table stays as it is", () => {
  const latex = (text: string): string => render(withOutput("1", display({ "text/latex": text })));
  for (const page of [
    latex("$a$ and $b < c$"),
    latex("Text \\begin{eqnarray}x&=&y\\label{eq}\\\\z&=&w\\end{eqnarray}"),
    latex("\\begin{multline}a\\\\b\\end{multline}"),
    render(prose("\\begin{eqnarray}a&=&b\\nonumber\\end{eqnarray}")),
  ])
    assert.ok(page.includes('class="katex') && !page.includes("katex-error"));
  assert.match(latex("$a$ and $b$"), /<\/span> and <span/);
  assert.match(latex("\\begin{tabular}{l}a & b\\end{tabular}"), /<pre><code>\\begin\{tabular\}\{l\}a &amp; b/);
});

test("attached pictures with blanks in their names or of vectors are shown, and tasks have boxes", () => {
  const cell = prose(
    '![a](attachment:my%20pic.png) ![b](attachment:v.svg) <img src="attachment:v.svg">\n\n- [x] done\n- [ ] open',
  );
  Object.assign(cell, {
    attachments: { "my pic.png": { "image/png": "QUJD" }, "v.svg": { "image/svg+xml": ["PHN2", "Zz4="] } },
  });
  const page = render(cell);
  assert.match(page, /src="data:image\/png;base64,QUJD"/);
  assert.equal(page.match(/src="data:image\/svg\+xml;base64,PHN2Zz4="/g)?.length, 2);
  assert.match(
    page,
    /<li><input type="checkbox" disabled aria-label="done" checked> done<\/li>\s*<li><input type="checkbox" disabled aria-label="open"> open/,
  );
});

test("formulas in HTML that a cell shows are set, but for code, scripts and prices", () => {
  const shown = render(
    withOutput(
      "1",
      display({
        "text/html":
          "<table><tr><th>$\\sigma^2$</th><td>$x_1$ &lt; \\(y\\)</td></tr></table>$$\\int x$$ \\[a &lt; b\\] \\begin{equation}q\\end{equation}" +
          ' <code>$no$</code><pre>\\[no\\]</pre><script>const s = "$no$";</script><p class="tex2jax_ignore">$no$</p> from $5 to $6',
      }),
    ),
  );
  assert.equal(shown.match(/<span class="katex">/g)?.length, 6);
  assert.match(shown, /<code>\$no\$<\/code><pre>\\\[no\\\]<\/pre><script>const s = "\$no\$";<\/script>/);
  assert.match(shown, /tex2jax_ignore">\$no\$<\/p> from \$5 to \$6/);
  assert.doesNotMatch(shown, /katex-error/);
});

test("equations of AMS environments are numbered through the page, and references lead to them from before and after", () => {
  const page = render(
    prose(
      "See \\eqref{later}, \\ref{none} and $\\eqref{own}$.\n\n\\begin{align}a &= b \\label{first}\\\\\nc &= d \\nonumber\\\\\ne &= f\\\\\n\\end{align}\n\n$$x \\tag{A}\\label{own}$$",
    ),
    withOutput("1", display({ "text/latex": "\\begin{eqnarray}x&=&y\\\\z&=&w\\label{later}\\end{eqnarray}" })),
    prose(
      "\\begin{multline*}a\\\\b\\end{multline*}\n\n\\begin{equation}\\begin{split}a&=b\\\\c&=d\\end{split}\\label{last}\\end{equation} as \\ref{last} and \\eqref{first}",
    ),
  );
  assert.match(page, /See <a href="#mjx-eqn-later">\(4\)<\/a>, \?\?\? and <span/);
  assert.match(page, /href="#mjx-eqn-own"/);
  assert.match(page, /as <a href="#mjx-eqn-last">5<\/a> and <a href="#mjx-eqn-first">\(1\)<\/a>/);
  const tags = [...page.matchAll(/class="tag"[\s\S]*?<span class="mord">([^<]+)<\/span>/g)];
  assert.ok(tags.length >= 4);
  assert.equal(page.match(/id="mjx-eqn-(first|own|later|last)"/g)?.length, 4);
  assert.doesNotMatch(page, /katex-error|class="eqn-num"/);
});

test("commands that a formula defines, anew or of their own, hold for all that follow", () => {
  const page = render(
    prose("$\\newcommand{\\R}{\\mathbf{R}}\\newcommand{\\norm}[1]{\\lVert#1\\rVert}\\DeclareMathOperator{\\sgn}{sgn}$"),
    prose("$\\norm{\\R} \\sgn$ $\\newcommand\\R{R}$"),
  );
  assert.match(page, /<mi mathvariant="bold">R<\/mi>/);
  assert.doesNotMatch(page, /katex-error|#cc0000/);
});

test("what a dollar begins is a formula or a price as a reader takes it", () => {
  const formulas = (text: string): number => render(prose(text)).match(/<span class="katex">/g)?.length ?? 0;
  for (const [text, count] of [
    ["5$\\sigma$ and 3$\\mu$m, the $\\gamma$s", 3],
    ["a price of $5 and $6, then \\$x\\$ and $\\alpha$-rays", 1],
    ["between $5-$6", 0],
    ["$ x $ and ($y$)", 2],
    ["**$a$** <b>$b$</b> <code>$c$</code> `$d$` and $5 for `e$`", 2],
    ["| a |\n|---|\n| $\\|x\\|$ |\n| $|y|$ |", 2],
    ["<div>$x$ and $$y$$</div>", 2],
    ["$$\\begin{pmatrix}a\\end{pmatrix}\\quad b$$\n\n\\begin{align}a\\end{align} and $c$", 3],
    ["in a line \\begin{align}a&=b\\end{align} of text", 1],
  ] as const)
    assert.equal(formulas(text), count, text);
});

test("lists of terms, footnotes and notes are shown as such, and footnotes of cells stay apart", () => {
  const page = render(
    prose("Term\n: Definition\n\nA note[^1].\n\n[^1]: The note.\n\n> [!WARNING]\n> Care"),
    prose("Another[^1].\n\n[^1]: Other note.\n\n# Same\n# Same"),
  );
  assert.match(page, /<dl>\s*<dt>Term<\/dt>\s*<dd>Definition<\/dd>/);
  assert.match(page, /<div class="markdown-alert markdown-alert-warning"><p class="markdown-alert-title">Warning<\/p>/);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, ids.join(" "));
  assert.match(page, /<h1 id="Same-2">Same<a class="anchor" href="#Same-2"/);
});

test("pictures beside the notebook are put in; one that is not there leaves a note and one warning with its cell", async () => {
  await withNotebook(notebook(), async ({ folder }) => {
    const [png, warnings] = [Buffer.from("PICTURE"), [] as string[]];
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "a b.png"), png);
    await writeFile(join(folder, "sub/c.svg"), "<svg/>");
    await writeFile(join(folder, "secret.txt"), "SECRET");
    const cells = notebook(
      prose(
        '![A](a%20b.png) <img src="a b.png" width=5> ![](sub/c.svg?raw=1) ![](secret.txt) ![x](https://example.org/x.png)',
      ),
      withOutput("1", display({ "text/html": '<p><img src="a b.png"><img src="gone.png"><img src="gone.png"></p>' })),
      prose("![lost](lost.jpg) ![](sub/..)"),
    );
    const page = renderNotebook(cells, {
      title: "Page",
      folders: ["/nowhere", folder],
      onWarning: (text) => warnings.push(text),
    });
    const data = `data:image/png;base64,${png.toString("base64")}`;
    assert.ok(page.includes(`<img src="${data}" alt="A">`));
    assert.ok(page.includes(`<img alt="a b.png" src="${data}" width=5>`));
    assert.ok(page.includes(`<img alt="a b.png" src="${data}"><span class="missing">`));
    assert.match(page, /src="data:image\/svg\+xml;base64,[^"]+" alt="c.svg"/);
    assert.ok(page.includes('src="secret.txt"') && page.includes('src="https://example.org/x.png"'));
    assert.match(page, /<span class="missing">The picture lost.jpg is not there.<\/span>/);
    assert.deepEqual(warnings, [
      "cell 2: the picture gone.png is not there",
      "cell 3: the picture lost.jpg is not there",
    ]);
    assert.ok(renderNotebook(cells, { title: "Page" }).includes('src="a%20b.png"'));
  });
});

test("raw cells are for pages by their format; what a cell of text leaves open ends with it", () => {
  const raw = (source: string, format?: string): ReturnType<typeof prose> => ({
    ...prose(source),
    cell_type: "raw",
    metadata: format ? { raw_mimetype: format } : {},
  });
  const page = render(
    raw("<b>HTML", "text/html"),
    raw("*MD*", "text/markdown"),
    raw("\\textbf{TEX}", "text/latex"),
    raw("<i>PLAIN"),
    prose("open <div> <b>bold"),
    prose("AFTER"),
  );
  assert.match(page, /<b>HTML<\/b><\/section>/);
  assert.match(page, /<em>MD<\/em>/);
  assert.ok(!page.includes("TEX}"));
  assert.match(page, /<pre>&lt;i&gt;PLAIN<\/pre>/);
  assert.match(page, /<b>bold(?:<\/p>\s*)?<\/b><\/div><\/section>\n<section class="cell prose" id="cell-5"><p>AFTER/);
});

test("scripts of outputs get the element they draw in; data without a renderer can be read", () => {
  const page = render(
    withOutput("1", display({ "application/javascript": 'element.append("</script>")', "text/plain": "PLAIN" })),
    withOutput("2", display({ "application/geo+json": { type: "Point" } })),
    withOutput("3", display({ "application/json": { a: 1 }, "text/plain": "<IPython.core.display.JSON object>" })),
  );
  assert.match(
    page,
    /<script>\(function \(element\) \{element\.append\("<\\\/script>"\)\n\}\)\(document\.currentScript\.parentElement\);<\/script>/,
  );
  assert.ok(!page.includes("PLAIN") && !page.includes("IPython"));
  assert.match(
    page,
    /<summary>An output of type application\/geo\+json cannot be shown here\.<\/summary><pre class="value">[\s\S]*Point/,
  );
  assert.match(page, /<span class="hljs-attr">&quot;a&quot;<\/span>/);
});

test("the time for HTML that is broken in any way grows with its length alone", () => {
  const pieces = [
    "<div>",
    "<b ",
    '<a title="',
    "<!--",
    "<script>",
    "</i>",
    "<p x='",
    "\\[",
    "$$",
    "$5 ",
    "\\begin{align}",
    '<a ""',
    "&lt;<",
    "<td>x",
  ];
  for (const piece of pieces) {
    const began = performance.now();
    const page = newPageContext();
    const html = piece.repeat(Math.ceil(1e6 / piece.length));
    for (const part of renderOutput({ output_type: "display_data", data: { "text/html": html }, metadata: {} }, page))
      assert.ok(part.length < 1e7);
    assert.ok(performance.now() - began < 20_000, piece);
  }
});

test("colours by number can be read on a light page and on a dark one", () => {
  const text =
    "\u001b[38;5;241mgrey\u001b[0m \u001b[38;2;255;255;0myellow\u001b[0m \u001b[48;2;0;255;0mground\u001b[0m";
  const page = render(withOutput("1", { output_type: "stream", name: "stdout", text }));
  assert.match(page, /color:rgb\(98,98,98\);color:light-dark\(rgb\(98,98,98\),rgb\((\d+),\1,\1\)\)">grey/);
  const [, light, dark] = page.match(/color:light-dark\(rgb\((\d+),\d+,0\),rgb\((\d+),255,0\)\)">yellow/)!;
  assert.ok(Number(light) < 128 && dark === "255");
  assert.match(page, /background-color:rgb\(0,255,0\);color:#000">ground/);
});

test("a page has one heading of the first level at least: the notebook's own, or its name", () => {
  assert.match(render(prose("# Own")), /<span class="name">Page<\/span>/);
  assert.match(render(prose("## Second")), /<h1 class="name">Page<\/h1>/);
});
