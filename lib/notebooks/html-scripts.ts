import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Width of what is printed, in CSS pixels: A4 and letter with their usual margins. */
const paperWidth = 680;

/** The button that shows and folds all code; boxes that scroll, for the keyboard; and what is folded, open on paper. */
export const pageScript: string = `
const toggle = document.getElementById("toggle-code");
const code = [...document.querySelectorAll("details.code")];
const isShown = () => code.some((item) => item.open);
toggle.hidden = code.length === 0;
toggle.setAttribute("aria-pressed", isShown());
toggle.addEventListener("click", () => {
  const open = !isShown();
  for (const item of code) item.open = open;
  toggle.setAttribute("aria-pressed", open);
});
for (const box of document.querySelectorAll(".stream.long, .html, .frame, pre"))
  if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
let folded = [];
const tables = [...document.querySelectorAll(".html table")];
addEventListener("beforeprint", () => {
  // A table that is too wide for the paper is made smaller as a whole.
  for (const table of tables) {
    if (table.scrollWidth > ${paperWidth}) table.style.zoom = Math.max(0.4, ${paperWidth} / table.scrollWidth);
  }
  folded = [...document.querySelectorAll("details:not(.code):not([open])")];
  for (const item of folded) item.open = true;
});
addEventListener("afterprint", () => {
  for (const table of tables) table.style.zoom = "";
  for (const item of folded) item.open = false;
});`;

/**
 * Figures follow the width of the page: a width of their own would overflow a small window. Where the legend needs many
 * lines the figure grows by them, so that the plot keeps its height.
 */
export const figureScript: string = `
const usualLegend = 40;
function fitHeight(box, height) {
  const legend = box.querySelector(".legend .bg")?.getBBox().height ?? 0;
  const wanted = Math.round(height + Math.max(0, legend - usualLegend));
  if (Math.abs(wanted - box.clientHeight) < 5) return;
  box.style.height = wanted + "px";
  return Plotly.relayout(box, { height: wanted });
}
const heights = new Map();
for (const box of document.querySelectorAll(".figure")) {
  const figure = JSON.parse(box.firstElementChild.textContent);
  const { width, ...layout } = figure.layout ?? {};
  const config = { displaylogo: false, ...figure.config, responsive: true };
  // Its own light colours, also on a dark page.
  const font = { ...layout.font, color: layout.font?.color ?? "#444" };
  box.textContent = "";
  heights.set(box, layout.height);
  Plotly.newPlot(box, figure.data ?? [], { ...layout, font, autosize: true }, config).then(() => {
    if (figure.frames) Plotly.addFrames(box, figure.frames);
    return fitHeight(box, layout.height);
  });
}
const fitAll = () => heights.forEach((height, box) => Plotly.Plots.resize(box).then(() => fitHeight(box, height)));
let resized;
addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(fitAll, 200); });
const wide = (box) => heights.has(box) && box.clientWidth > ${paperWidth};
addEventListener("beforeprint", () => {
  for (const box of [...heights.keys()].filter(wide)) {
    const width = Math.max(${paperWidth}, parseFloat(box.style.minWidth) || 0);
    box.style.width = width + "px";
    box.parentElement.style.zoom = ${paperWidth} / width;
    Plotly.relayout(box, { width });
  }
});
addEventListener("afterprint", () => {
  for (const box of heights.keys()) {
    if (box.style.width === "") continue;
    box.style.width = box.parentElement.style.zoom = "";
    Plotly.relayout(box, { width: null, autosize: true });
  }
  fitAll();
});`;

/** Plotly itself. */
export function plotlySource(): string {
  const file = createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
  return readFileSync(file, "utf8").replaceAll("</script", "<\\/script");
}
