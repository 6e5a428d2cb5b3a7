/** Above this many pairs of lines the comparison would take too long. */
const mostPairs = 400_000;

// Words that the compiler adds; the last expression of a cell becomes `exports.tsLastExpr = …`.
const added = new Set(["exports", "tsLastExpr"]);

function words(line: string): ReadonlySet<string> {
  const found = line.match(/[A-Za-z_$][\w$]*|\d[\d._]*/g) ?? [];
  const own = found.filter((word) => !added.has(word));
  return new Set(own.length > 0 ? own : (line.match(/[^\s;]+/g) ?? []));
}

/** Lines that only hand a name on: `exports.find = find;`, `exports.a = exports.b = void 0;` */
const exportLine = /^\s*exports\.(\w+) = (\1;|.*void 0;)$/;

/** Share of the words two lines have in common, 0 … 1. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return a.size + b.size === 0 ? 0 : (2 * common) / (a.size + b.size);
}

/**
 * Finds the line of a cell from which a line of its JavaScript was made. The compiler keeps order and most words, so
 * the two texts are laid side by side such that the likeness of the paired lines is greatest.
 * @param line line of the JavaScript, from 1
 * @returns the line of the source, from 1; null when none is like it
 */
export function sourceLine(source: string, javascript: string, line: number): number | null {
  const from = javascript.split("\n").map((text) => words(exportLine.test(text) ? "" : text));
  const to = source.split("\n").map(words);
  if (line < 1 || line > from.length || from.length * to.length > mostPairs) return null;
  const width = to.length + 1;
  const best = new Float64Array((from.length + 1) * width);
  const gain = (i: number, j: number): number => {
    const value = likeness(from[i]!, to[j]!);
    return value >= 0.4 ? value : Number.NEGATIVE_INFINITY;
  };
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      const paired = best[(i + 1) * width + j + 1]! + gain(i, j);
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  let j = 0;
  for (let i = 0; i < line && j < to.length; ) {
    const here = best[i * width + j]!;
    if (here === best[(i + 1) * width + j + 1]! + gain(i, j)) {
      if (i === line - 1) return j + 1;
      i++;
      j++;
    } else if (here === best[(i + 1) * width + j]!) i++;
    else j++;
  }
  return null;
}
