/** Assigns to a cell's own variable. */
export type Assign = (value: unknown) => void;

/** What one cell sees of the variables that all cells share. */
export interface CellView {
  /** The `exports` of the cell's script; the compiler writes every variable of a cell there, and reads older ones. */
  readonly exports: Record<string, unknown>;
  /** Names to which the cell has given a value. */
  readonly assigned: ReadonlySet<string>;
  /** Called by the script first: how to assign to each of its own variables from outside. */
  link(assigns: Readonly<Record<string, Assign>>): void;
  /** From now on the cell's code changes nothing any more; for code that goes on after an interrupt. */
  abandon(): void;
}

/**
 * The variables that cells share. A name means one variable, whichever cell declares it: when a later cell declares or
 * assigns it, functions of earlier cells see the new value too, as in any notebook.
 */
export class CellScope {
  private readonly values: Record<string, unknown> = {};
  private readonly assigns = new Map<string, Assign[]>();

  private set(name: string, value: unknown): void {
    this.values[name] = value;
    for (const assign of this.assigns.get(name) ?? []) {
      try {
        assign(value);
      } catch {
        // Declared further down in the cell that runs.
      }
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  /** The value of a name, which is forgotten. */
  take(name: string): unknown {
    const value = this.values[name];
    delete this.values[name];
    return value;
  }

  view(): CellView {
    let abandoned = false;
    const assigned = new Set<string>();
    const set = (name: string | symbol, value: unknown): boolean => {
      if (abandoned) return true;
      this.set(String(name), value);
      assigned.add(String(name));
      return true;
    };
    return {
      assigned,
      exports: new Proxy(this.values, {
        set: (_, name, value) => set(name, value),
        // Names of an import come as getters, but shall be like all others.
        defineProperty: (_, name, { get, value }) => name === "__esModule" || set(name, get ? get() : value),
      }),
      link: (assigns) => {
        for (const [name, assign] of Object.entries(assigns))
          this.assigns.set(name, [...(this.assigns.get(name) ?? []), assign]);
      },
      abandon: () => {
        abandoned = true;
      },
    };
  }
}
