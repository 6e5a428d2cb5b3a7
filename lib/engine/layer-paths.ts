/** `conv2d` of `Conv2D`, as tfjs-layers makes names of classes. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** True for a name that tfjs-layers made up, with a number that counts all layers of the process. */
function isMadeUp(name: string, className: string): boolean {
  const bare = name.replace(/\d+$/, "");
  if (bare === name) return false;
  return bare === `${snakeCase(className)}_${className}` || ["model", "functional", "sequential_"].includes(bare);
}

/**
 * Paths of the layers of one network, `SingleCNN_block/conv1`. Names that tfjs made up are numbered anew within the
 * network, in the order of its layers: the same network gets the same paths, and with them the same checkpoint entries
 * and dropout masks, whatever was built before it in the process.
 */
export class LayerPaths {
  private readonly known = new Map<string, string>();
  private readonly taken = new Set<string>();

  /**
   * @param parent path of the model that holds the layer; "" at the top
   * @param name the layer's name in that model
   */
  of(parent: string, name: string, className: string): string {
    const key = `${parent}\n${name}`;
    const known = this.known.get(key);
    if (known) return known;
    const prefix = parent ? `${parent}/` : "";
    let path = prefix + name;
    if (isMadeUp(name, className)) {
      for (let number = 1; ; number++) {
        path = `${prefix}${snakeCase(className)}_${number}`;
        if (!this.taken.has(path)) break;
      }
    }
    this.known.set(key, path);
    this.taken.add(path);
    return path;
  }
}
