import { closest, distance } from "fastest-levenshtein";
import { ConfigError } from "../errors.js";

/** Values of one row's columns by name. */
export type Row = (column: string) => number;

/** A checked expression over the columns of a table. */
export interface Expression {
  readonly text: string;
  /** Names of the columns that it uses. */
  readonly columns: readonly string[];
  /** 1 for true, 0 for false where the expression is a condition. Comparisons with NaN are false. */
  evaluate(row: Row): number;
}

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arctan2: Math.atan2,
  log: Math.log,
  log10: Math.log10,
  exp: Math.exp,
  sqrt: Math.sqrt,
  abs: Math.abs,
};

/** Dimension and size of the units that conditions use. */
const units: Readonly<Record<string, { readonly dimension: string; readonly factor: number }>> = {
  eV: { dimension: "energy", factor: 1e-12 },
  MeV: { dimension: "energy", factor: 1e-6 },
  GeV: { dimension: "energy", factor: 1e-3 },
  TeV: { dimension: "energy", factor: 1 },
  PeV: { dimension: "energy", factor: 1e3 },
  rad: { dimension: "angle", factor: 1 },
  deg: { dimension: "angle", factor: Math.PI / 180 },
  arcmin: { dimension: "angle", factor: Math.PI / 10_800 },
  arcsec: { dimension: "angle", factor: Math.PI / 648_000 },
  mm: { dimension: "length", factor: 1e-3 },
  cm: { dimension: "length", factor: 1e-2 },
  m: { dimension: "length", factor: 1 },
  km: { dimension: "length", factor: 1e3 },
  ns: { dimension: "time", factor: 1e-9 },
  us: { dimension: "time", factor: 1e-6 },
  s: { dimension: "time", factor: 1 },
};

interface Node {
  readonly evaluate: (row: Row) => number;
  readonly unit?: string;
}

const token =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(u\.\w+|np\.\w+|[A-Za-z_]\w*)|(<=|>=|==|!=|\*\*|[-+*/%()<>,&|~]))/y;

function tokenize(text: string, fail: (message: string) => never): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) return fail(`'${text.slice(at).trim()[0]}' at position ${at + 1} is not understood`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  // NaN fails every condition, this one too.
  "!=": (a, b) => a < b || a > b,
};

/** Recursive descent over Python's expression grammar, as far as conditions on events need it. */
class Parser {
  readonly columns = new Set<string>();
  private position = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly unitOf: (column: string) => string | undefined,
    private readonly fail: (message: string) => never,
  ) {}

  parse(): Node {
    const node = this.or();
    if (this.peek() !== undefined) this.fail(`'${this.peek()}' is one word too many`);
    return node;
  }

  private peek(): string | undefined {
    return this.tokens[this.position];
  }

  private take(...wanted: string[]): string | undefined {
    const next = this.peek();
    if (next === undefined || !wanted.includes(next)) return undefined;
    this.position++;
    return next;
  }

  private or(): Node {
    let node = this.and();
    while (this.take("or", "|")) {
      const [left, right] = [node, this.and()];
      node = { evaluate: (row) => (left.evaluate(row) || right.evaluate(row) ? 1 : 0) };
    }
    return node;
  }

  private and(): Node {
    let node = this.not();
    while (this.take("and", "&")) {
      const [left, right] = [node, this.not()];
      node = { evaluate: (row) => (left.evaluate(row) && right.evaluate(row) ? 1 : 0) };
    }
    return node;
  }

  private not(): Node {
    if (!this.take("not", "~")) return this.comparison();
    const node = this.not();
    return { evaluate: (row) => (node.evaluate(row) ? 0 : 1) };
  }

  private comparison(): Node {
    let left = this.sum();
    const links: ((row: Row) => boolean)[] = [];
    for (let sign = this.take(...Object.keys(comparisons)); sign; sign = this.take(...Object.keys(comparisons))) {
      const compare = comparisons[sign]!;
      const [a, b] = [left, this.sum()];
      const factor = this.factor(b, a);
      links.push((row) => compare(a.evaluate(row), b.evaluate(row) * factor));
      left = b;
    }
    if (links.length === 0) return left;
    return { evaluate: (row) => (links.every((link) => link(row)) ? 1 : 0) };
  }

  private sum(): Node {
    let node = this.product();
    for (let sign = this.take("+", "-"); sign; sign = this.take("+", "-")) {
      const [a, b] = [node, this.product()];
      const factor = this.factor(b, a) * (sign === "+" ? 1 : -1);
      node = { evaluate: (row) => a.evaluate(row) + b.evaluate(row) * factor, unit: a.unit ?? b.unit };
    }
    return node;
  }

  private product(): Node {
    let node = this.signed();
    for (let sign = this.take("*", "/", "%"); sign; sign = this.take("*", "/", "%")) {
      const [a, b] = [node, this.signed()];
      const operation = sign;
      const unit = sign === "*" ? (a.unit ?? b.unit) : a.unit;
      node = {
        unit,
        evaluate: (row) => {
          const [x, y] = [a.evaluate(row), b.evaluate(row)];
          if (operation === "*") return x * y;
          return operation === "/" ? x / y : x - y * Math.floor(x / y);
        },
      };
    }
    return node;
  }

  private signed(): Node {
    const sign = this.take("-", "+");
    if (!sign) return this.power();
    const node = this.signed();
    return sign === "+" ? node : { evaluate: (row) => -node.evaluate(row), unit: node.unit };
  }

  private power(): Node {
    const base = this.atom();
    if (!this.take("**")) return base;
    const exponent = this.signed();
    return { evaluate: (row) => base.evaluate(row) ** exponent.evaluate(row) };
  }

  private atom(): Node {
    const next = this.peek();
    if (next === undefined) return this.fail("it ends too early");
    this.position++;
    if (next === "(") {
      const node = this.or();
      if (!this.take(")")) this.fail("a ')' is missing");
      return node;
    }
    if (/^[.\d]/.test(next)) {
      const value = Number(next);
      return { evaluate: () => value };
    }
    if (next === "True" || next === "False") return { evaluate: () => (next === "True" ? 1 : 0) };
    if (next.startsWith("u.")) return this.unit(next.slice(2));
    if (this.peek() === "(") return this.call(next.replace(/^np\./, ""));
    if (!/^[A-Za-z_]\w*$/.test(next)) return this.fail(`'${next}' is not expected here`);
    this.columns.add(next);
    return { evaluate: (row) => row(next), unit: this.unitOf(next) };
  }

  private unit(name: string): Node {
    if (!(name in units)) this.fail(`the unit u.${name} is unknown; known are ${Object.keys(units).join(", ")}`);
    return { evaluate: () => 1, unit: name };
  }

  private call(name: string): Node {
    const known = functions[name];
    if (!known) return this.fail(`the function ${name} is unknown; known are ${Object.keys(functions).join(", ")}`);
    this.position++;
    const values: Node[] = [];
    do values.push(this.sum());
    while (this.take(","));
    if (!this.take(")")) this.fail("a ')' is missing");
    if (values.length !== (name === "arctan2" ? 2 : 1)) this.fail(`${name} takes another number of values`);
    const angles = ["sin", "cos", "tan"].includes(name);
    const factors = values.map(({ unit }) => (angles && unit ? (units[unit]?.factor ?? 1) : 1));
    return { evaluate: (row) => known(...values.map((value, i) => value.evaluate(row) * factors[i]!)) };
  }

  /** What `from` must be multiplied with to stand beside `to`; plain numbers are taken in the other's unit. */
  private factor(from: Node, to: Node): number {
    if (!from.unit || !to.unit || from.unit === to.unit) return 1;
    const [a, b] = [units[from.unit], units[to.unit]];
    if (!a || !b || a.dimension !== b.dimension) this.fail(`${from.unit} and ${to.unit} cannot be compared`);
    return a!.factor / b!.factor;
  }
}

/**
 * Parses a condition such as `hillas_intensity > 50 and true_energy < 10 * u.TeV`. Nothing is ever run as code.
 * @param known names and units of the columns that there are
 * @throws {ConfigError} with the expression, what is wrong, and the nearest column name.
 */
export function parseExpression(text: string, known: ReadonlyMap<string, string | undefined>): Expression {
  const fail = (message: string, remedy?: string): never => {
    throw new ConfigError(`quality criterion '${text}': ${message}`, { place: "quality_criteria", remedy });
  };
  const parser = new Parser(tokenize(text, fail), (column) => known.get(column), fail);
  const node = parser.parse();
  for (const column of parser.columns) {
    if (known.has(column)) continue;
    const nearest = closest(column, [...known.keys()]);
    const near = nearest !== undefined && distance(column, nearest) <= Math.max(3, column.length / 2);
    fail(
      `there is no column ${column}`,
      near ? `did you mean ${nearest}?` : `columns: ${[...known.keys()].join(", ")}`,
    );
  }
  return { text, columns: [...parser.columns], evaluate: node.evaluate };
}
