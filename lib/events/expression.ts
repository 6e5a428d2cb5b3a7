import { closest, distance } from "fastest-levenshtein";
import { ConfigError } from "../errors.js";
import {
  dimensionText,
  multiplyUnits,
  namedUnit,
  noUnit,
  parseUnit,
  sameDimension,
  type Unit,
  unitNames,
} from "./unit.js";

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

interface Node {
  readonly evaluate: (row: Row) => number;
  /** Undefined for plain numbers. */
  readonly unit?: Unit | undefined;
  /** As it is written, for messages. */
  readonly text: string;
  /** True where no column has a part in it. */
  readonly constant: boolean;
}

/** A node without its place in the text. */
type Part = Pick<Node, "evaluate" | "unit">;

/** A value in a unit without dimension, such as GeV / TeV, becomes a plain number. */
function plain({ evaluate, unit }: Part): Part {
  if (!unit || unit.powers.size > 0) return { evaluate, unit };
  const { factor } = unit;
  return { evaluate: factor === 1 ? evaluate : (row) => evaluate(row) * factor };
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
    private readonly fail: (message: string, remedy?: string) => never,
  ) {}

  /** What was made of the tokens from `start` on. */
  private made(start: number, part: Part, parts: readonly Node[]): Node {
    const text = this.tokens.slice(start, this.position).join(" ");
    return { ...plain(part), text, constant: parts.every(({ constant }) => constant) };
  }

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
    const start = this.position;
    let node = this.and();
    while (this.take("or", "|")) {
      const [left, right] = [node, this.and()];
      node = this.made(start, { evaluate: (row) => (left.evaluate(row) || right.evaluate(row) ? 1 : 0) }, [
        left,
        right,
      ]);
    }
    return node;
  }

  private and(): Node {
    const start = this.position;
    let node = this.not();
    while (this.take("and", "&")) {
      const [left, right] = [node, this.not()];
      node = this.made(start, { evaluate: (row) => (left.evaluate(row) && right.evaluate(row) ? 1 : 0) }, [
        left,
        right,
      ]);
    }
    return node;
  }

  private not(): Node {
    const start = this.position;
    if (!this.take("not", "~")) return this.comparison();
    const node = this.not();
    return this.made(start, { evaluate: (row) => (node.evaluate(row) ? 0 : 1) }, [node]);
  }

  private comparison(): Node {
    const start = this.position;
    let left = this.sum();
    const nodes = [left];
    const links: ((row: Row) => boolean)[] = [];
    for (let sign = this.take(...Object.keys(comparisons)); sign; sign = this.take(...Object.keys(comparisons))) {
      const compare = comparisons[sign]!;
      const [a, b] = [left, this.sum()];
      const factor = this.factor(b, a, "compared");
      links.push((row) => compare(a.evaluate(row), b.evaluate(row) * factor));
      nodes.push(b);
      left = b;
    }
    if (links.length === 0) return left;
    return this.made(start, { evaluate: (row) => (links.every((link) => link(row)) ? 1 : 0) }, nodes);
  }

  private sum(): Node {
    const start = this.position;
    let node = this.product();
    for (let sign = this.take("+", "-"); sign; sign = this.take("+", "-")) {
      const [a, b] = [node, this.product()];
      const factor = this.factor(b, a, sign === "+" ? "added" : "subtracted") * (sign === "+" ? 1 : -1);
      const evaluate = (row: Row): number => a.evaluate(row) + b.evaluate(row) * factor;
      node = this.made(start, { evaluate, unit: a.unit ?? b.unit }, [a, b]);
    }
    return node;
  }

  private product(): Node {
    const start = this.position;
    let node = this.signed();
    for (let sign = this.take("*", "/", "%"); sign; sign = this.take("*", "/", "%")) {
      const [a, b] = [node, this.signed()];
      node = this.made(start, this.operation(sign, a, b), [a, b]);
    }
    return node;
  }

  private operation(sign: string, a: Node, b: Node): Part {
    if (sign === "%") {
      const factor = this.factor(b, a, "divided with a remainder");
      const remainder = (x: number, y: number): number => x - y * Math.floor(x / y);
      return { evaluate: (row) => remainder(a.evaluate(row), b.evaluate(row) * factor), unit: a.unit ?? b.unit };
    }
    const power = sign === "*" ? 1 : -1;
    const unit = a.unit || b.unit ? multiplyUnits(a.unit ?? noUnit, b.unit ?? noUnit, power) : undefined;
    if (power === 1) return { evaluate: (row) => a.evaluate(row) * b.evaluate(row), unit };
    return { evaluate: (row) => a.evaluate(row) / b.evaluate(row), unit };
  }

  private signed(): Node {
    const start = this.position;
    const sign = this.take("-", "+");
    if (!sign) return this.power();
    const node = this.signed();
    const { evaluate, unit } = node;
    return this.made(start, { evaluate: sign === "+" ? evaluate : (row) => -evaluate(row), unit }, [node]);
  }

  private power(): Node {
    const start = this.position;
    const base = this.atom();
    if (!this.take("**")) return base;
    const exponent = this.signed();
    if (exponent.unit) this.fail(`'${exponent.text}' is an exponent and measures ${dimensionText(exponent.unit)}`);
    if (base.unit && !exponent.constant) {
      this.fail(
        `'${base.text}' measures ${dimensionText(base.unit)}: its exponent '${exponent.text}' must be a number`,
      );
    }
    const unit =
      base.unit &&
      multiplyUnits(
        noUnit,
        base.unit,
        exponent.evaluate(() => Number.NaN),
      );
    const evaluate = (row: Row): number => base.evaluate(row) ** exponent.evaluate(row);
    return this.made(start, { evaluate, unit }, [base, exponent]);
  }

  private atom(): Node {
    const start = this.position;
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
      return this.made(start, { evaluate: () => value }, []);
    }
    if (next === "True" || next === "False") return this.made(start, { evaluate: () => (next === "True" ? 1 : 0) }, []);
    if (next.startsWith("u.")) return this.unit(start, next.slice(2));
    if (this.peek() === "(") return this.call(start, next.replace(/^np\./, ""));
    if (!/^[A-Za-z_]\w*$/.test(next)) return this.fail(`'${next}' is not expected here`);
    this.columns.add(next);
    const part = this.made(start, { evaluate: (row) => row(next), unit: parseUnit(this.unitOf(next)) }, []);
    return { ...part, constant: false };
  }

  private unit(start: number, name: string): Node {
    if (!unitNames.includes(name)) this.fail(`the unit u.${name} is unknown; known are ${unitNames.join(", ")}`);
    return this.made(start, { evaluate: () => 1, unit: namedUnit(name) }, []);
  }

  private call(start: number, name: string): Node {
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!known) return this.fail(`the function ${name} is unknown; known are ${Object.keys(functions).join(", ")}`);
    this.position++;
    const values: Node[] = [];
    do values.push(this.sum());
    while (this.take(","));
    if (!this.take(")")) this.fail("a ')' is missing");
    if (values.length !== (name === "arctan2" ? 2 : 1)) this.fail(`${name} takes another number of values`);
    const { factors, unit } = this.unitsOfCall(name, values);
    const evaluate = (row: Row): number => known(...values.map((value, i) => value.evaluate(row) * factors[i]!));
    return this.made(start, { evaluate, unit }, values);
  }

  /** What the values of a function are multiplied with before it sees them, and the unit of its result. */
  private unitsOfCall(name: string, values: readonly Node[]): { factors: readonly number[]; unit?: Unit | undefined } {
    const [first, second] = values as [Node, Node?];
    if (second) return { factors: [1, this.factor(second, first, "sides of one triangle")], unit: namedUnit("rad") };
    const { unit } = first;
    if (!unit || name === "abs") return { factors: [1], unit };
    if (name === "sqrt") return { factors: [1], unit: multiplyUnits(noUnit, unit, 0.5) };
    if (!["sin", "cos", "tan"].includes(name)) {
      return this.fail(
        `${name} needs a plain number, and '${first.text}' measures ${dimensionText(unit)}`,
        `divide it by its unit, e.g. ${name}(${first.text} / u.${dimensionText(unit) === "energy" ? "TeV" : "m"})`,
      );
    }
    if (!sameDimension(unit, namedUnit("rad"))) {
      this.fail(`${name} needs an angle, and '${first.text}' measures ${dimensionText(unit)}`);
    }
    return { factors: [unit.factor] };
  }

  /** What `from` must be multiplied with to stand beside `to`; plain numbers are taken in the other's unit. */
  private factor(from: Node, to: Node, how: string): number {
    if (!from.unit || !to.unit) return 1;
    if (!sameDimension(from.unit, to.unit)) {
      const [a, b] = [to, from].map(({ text, unit }) => `'${text}' (${dimensionText(unit!)})`);
      this.fail(`${a} and ${b} cannot be ${how}`);
    }
    return from.unit.factor / to.unit.factor;
  }
}

/**
 * Parses a condition such as `hillas_intensity > 50 and true_energy < 10 * u.TeV`. Nothing is ever run as code.
 * @param known names and units of the columns that there are
 * @param unknown the error for a column that is not among them; without it that of the expression alone
 * @throws {ConfigError} with the expression, what is wrong, and the nearest column name.
 */
export function parseExpression(
  text: string,
  known: ReadonlyMap<string, string | undefined>,
  unknown?: (column: string, remedy: string) => Error,
): Expression {
  const fail = (message: string, remedy?: string): never => {
    throw new ConfigError(`quality criterion '${text}': ${message}`, { place: "quality_criteria", remedy });
  };
  const parser = new Parser(tokenize(text, fail), (column) => known.get(column), fail);
  const node = parser.parse();
  for (const column of parser.columns) {
    if (known.has(column)) continue;
    const nearest = closest(column, [...known.keys()]);
    const near = nearest !== undefined && distance(column, nearest) <= Math.max(3, column.length / 2);
    const remedy = near ? `did you mean ${nearest}?` : `columns: ${[...known.keys()].join(", ")}`;
    if (unknown) throw unknown(column, remedy);
    fail(`there is no column ${column}`, remedy);
  }
  return { text, columns: [...parser.columns], evaluate: node.evaluate };
}
