/**
 * Tables of the lib in a page: a click on a column's name sorts by it, and a link gives the table as CSV. Without
 * scripts the tables are as they were.
 */
export const tableScript: string = `
for (const table of document.querySelectorAll("table.cherenkit-table")) {
  const body = table.tBodies[0];
  if (!table.tHead || !body || body.rows.length < 2) continue;
  const text = (row, column) => (row.cells[column]?.textContent ?? "").trim();
  const number = (cell) => (cell === "–" || cell === "" ? NaN : parseFloat(cell.replaceAll(",", "").replace("−", "-")));
  const original = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const cells = original.map((row) => text(row, column)).filter((cell) => cell !== "" && cell !== "–");
    const numeric = cells.length > 0 && cells.every((cell) => !Number.isNaN(number(cell)));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const order = before === null ? "ascending" : before === "ascending" ? "descending" : null;
      for (const other of heads) other.removeAttribute("aria-sort");
      if (order) head.setAttribute("aria-sort", order);
      const sign = order === "descending" ? -1 : 1;
      const compare = (a, b) => {
        if (!numeric) return sign * text(a, column).localeCompare(text(b, column));
        const [x, y] = [number(text(a, column)), number(text(b, column))];
        return Number.isNaN(x) || Number.isNaN(y) ? Number.isNaN(x) - Number.isNaN(y) : sign * (x - y);
      };
      body.append(...(order ? [...original].sort(compare) : original));
    });
  });
  const link = document.createElement("a");
  link.className = "csv";
  link.textContent = "CSV";
  link.href = "#";
  link.download = (table.caption?.textContent ?? heads[0].textContent ?? "table").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) + ".csv";
  link.addEventListener("click", () => {
    const quote = (cell) => (/[",\\n]/.test(cell) ? '"' + cell.replaceAll('"', '""') + '"' : cell);
    const rows = [table.tHead.rows[0], ...body.rows].map((row) =>
      [...row.cells].map((cell) => {
        const plain = cell.textContent.trim().replaceAll("\\u00a0", " ");
        return quote(/^[-−]?[0-9]{1,3}(,[0-9]{3})+$/.test(plain) ? plain.replaceAll(",", "") : plain === "–" ? "" : plain);
      }).join(","),
    );
    link.href = URL.createObjectURL(new Blob([rows.join("\\n") + "\\n"], { type: "text/csv" }));
  });
  table.after(link);
}`;

/** Look of what the script adds. */
export const tableStyle: string = `
table.cherenkit-table th button { all: unset; cursor: pointer; font: inherit; }
table.cherenkit-table th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table.cherenkit-table th[aria-sort=ascending] button::after { content: " ▴"; }
table.cherenkit-table th[aria-sort=descending] button::after { content: " ▾"; }
a.csv { display: inline-block; font-size: .75rem; margin: .3rem 0 0; }
@media print { a.csv { display: none; } }
`;
