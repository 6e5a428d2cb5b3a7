/** Elements that need no end, or have none. */
const endless: readonly string[] = (
  "area base br col embed hr img input link meta param source track wbr " +
  "p li dt dd td th tr thead tbody tfoot option optgroup colgroup caption html head body"
).split(" ");

/** A comment, an element whose content is no HTML, or a tag. */
const pieces =
  /<!--[\s\S]*?-->|<(script|style|textarea|title)\b[\s\S]*?<\/\1\s*>|<(\/?)([a-z][\w:-]*)(?:"[^"]*"|'[^']*'|[^"'>])*>/gi;

const ends = (names: readonly string[]): string =>
  names
    .map((name) => `</${name}>`)
    .reverse()
    .join("");

/**
 * HTML whose elements end within it: ends that belong to nothing are left out, those that are missing are added, so that
 * what an output leaves open changes nothing on the rest of the page.
 */
export function balancedHtml(html: string): string {
  const open: string[] = [];
  const inner = html.replace(pieces, (piece, _closed: string, slash: string, tag: string | undefined) => {
    const name = tag?.toLowerCase();
    if (name === undefined || piece.endsWith("/>")) return piece;
    if (endless.includes(name)) return slash && ["html", "body"].includes(name) ? "" : piece;
    if (!slash) {
      open.push(name);
      return piece;
    }
    const at = open.lastIndexOf(name);
    if (at < 0) return "";
    // A browser would open again after this one what it leaves open.
    return ends(open.splice(at).slice(1)) + piece;
  });
  return inner + ends(open);
}
