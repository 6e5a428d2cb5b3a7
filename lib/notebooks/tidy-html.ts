/** Elements that need no end, or have none. */
const endless: ReadonlySet<string> = new Set(
  (
    "area base br col embed hr img input link meta param source track wbr " +
    "p li dt dd td th tr thead tbody tfoot option optgroup colgroup caption html head body"
  ).split(" "),
);

/** Elements whose content is no HTML. */
const raw: ReadonlySet<string> = new Set([
  "script",
  "style",
  "textarea",
  "title",
  "xmp",
  "iframe",
  "noframes",
  "noembed",
]);

/** Elements whose text is shown as it is, as MathJax leaves them. */
const verbatim: ReadonlySet<string> = new Set([
  "code",
  "pre",
  "kbd",
  "samp",
  "svg",
  "math",
  "select",
  "noscript",
  "object",
]);

const ignored = /\sclass\s*=\s*(?:"[^"]*|'[^']*|)\b(?:tex2jax|mathjax)_ignore\b/i;

export interface TidyOptions {
  /** Whether elements are ended that the HTML leaves open, and ends left out that belong to nothing. */
  readonly balance: boolean;
  /** Changes text between tags, but for code and what scripts and styles hold. */
  readonly text?: (text: string) => string;
  /** Changes tags that begin an element. */
  readonly tag?: (tag: string, name: string) => string;
}

/** Quotes that a tag may have; with more it is taken for text. */
const mostQuotes = 500;

/** Where a tag ends whose name ends at `from`; -1 when it has no end. Quotes hide a `>`. */
function tagEnd(html: string, from: number, indexOf: (mark: string, from: number) => number): number {
  let at = from;
  let end = -1;
  for (let quotes = 0; quotes < mostQuotes; quotes++) {
    if (end < at) end = indexOf(">", at);
    if (end < 0) return -1;
    let quote = at;
    while (quote < end && html[quote] !== '"' && html[quote] !== "'") quote++;
    if (quote >= end) return end + 1;
    at = indexOf(html[quote]!, quote + 1) + 1;
    if (at === 0) return -1;
  }
  return -1;
}

/**
 * HTML of an output in pieces, its text and tags changed and its elements ended within it, so that what it leaves open changes
 * nothing on the rest of the page. Takes time in proportion to its length, whatever stands in it.
 */
export function* tidyHtml(html: string, { balance, text = (plain) => plain, tag }: TidyOptions): Generator<string> {
  const open: string[] = [];
  const counts = new Map<string, number>();
  /** How deep the element lies whose text is left as it is; 0 when there is none. */
  let leftAlone = 0;
  /** The element without a needed end whose text is left as it is. */
  let ignoredElement: string | null = null;
  // A mark that was not found is not there later either.
  const absent = new Set<string>();
  const indexOf = (mark: string, from: number): number => {
    const at = absent.has(mark) ? -1 : html.indexOf(mark, from);
    if (at < 0) absent.add(mark);
    return at;
  };
  const close = (): string => {
    const name = open.pop()!;
    counts.set(name, counts.get(name)! - 1);
    if (open.length < leftAlone) leftAlone = 0;
    return `</${name}>`;
  };
  const name = /<(\/?)([a-z][^\s/>]*)/iy;

  let pending = "";
  for (let at = 0; at < html.length; ) {
    if (pending.length > 1 << 16) {
      yield pending;
      pending = "";
    }
    let begin = html.indexOf("<", at);
    if (begin < 0) begin = html.length;
    if (begin > at) {
      const plain = html.slice(at, begin);
      pending += leftAlone > 0 || ignoredElement !== null ? plain : text(plain);
      at = begin;
      continue;
    }
    if (html.startsWith("<!--", at)) {
      const end = indexOf("-->", at + 4);
      pending += end < 0 ? html.slice(at) + (balance ? "-->" : "") : html.slice(at, end + 3);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    name.lastIndex = at;
    const match = name.exec(html);
    const end = match ? tagEnd(html, name.lastIndex, indexOf) : -1;
    if (!match || end < 0) {
      pending += match ? "&lt;" : "<";
      at++;
      continue;
    }
    const element = match[2]!.toLowerCase();
    const own = html.slice(at, end);
    at = end;
    if (match[1] === "/") {
      if (element === ignoredElement) ignoredElement = null;
      if (!balance || endless.has(element)) pending += /^(?:html|body)$/.test(element) ? "" : own;
      // A browser would open again after this one what it leaves open.
      else if ((counts.get(element) ?? 0) > 0) {
        while (open.at(-1) !== element) pending += close();
        close();
        pending += own;
      }
      continue;
    }
    pending += tag?.(own, element) ?? own;
    if (raw.has(element) && !own.endsWith("/>")) {
      const ending = new RegExp(`</${element}\\s*>`, "gi");
      ending.lastIndex = at;
      const found = absent.has(element) ? null : ending.exec(html);
      if (!found) absent.add(element);
      const until = found ? ending.lastIndex : html.length;
      pending += html.slice(at, until) + (found || !balance ? "" : `</${element}>`);
      at = until;
    } else if (endless.has(element)) {
      if (element === ignoredElement) ignoredElement = null;
      if (ignored.test(own)) ignoredElement ??= element;
    } else if (!own.endsWith("/>")) {
      open.push(element);
      counts.set(element, (counts.get(element) ?? 0) + 1);
      if (leftAlone === 0 && (verbatim.has(element) || ignored.test(own))) leftAlone = open.length;
    }
  }
  while (balance && open.length > 0) {
    pending += close();
    if (pending.length < 1 << 16) continue;
    yield pending;
    pending = "";
  }
  yield pending;
}

/** The whole of it. */
export function tidiedHtml(html: string, options: TidyOptions): string {
  return [...tidyHtml(html, options)].join("");
}
