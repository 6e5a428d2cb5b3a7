type Colour = readonly [number, number, number];

/** Grounds of the page in its light and its dark form, the less favourable ones. */
const [lightGround, darkGround]: readonly [Colour, Colour] = [
  [246, 240, 240],
  [42, 32, 34],
];

/** Contrast that text needs (WCAG 2, level AA). */
const enough = 4.5;

/** Relative luminance as WCAG defines it. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: Colour, b: Colour): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** The colour, moved towards black or white until it can be read. */
function readable(colour: Colour, ground: Colour): string {
  const target = luminance(ground) > 0.2 ? 0 : 255;
  let shown = colour;
  for (let part = 0.1; contrast(shown, ground) < enough && part < 1.01; part += 0.1) {
    const [red, green, blue] = colour.map((value) => Math.round(value + (target - value) * part));
    shown = [red!, green!, blue!];
  }
  return `rgb(${shown.join(",")})`;
}

const made = new Map<string, string>();

function styled(style: string): string {
  const colour = (name: string): Colour | null => {
    const [, red, green, blue] = new RegExp(`(?:^|;)${name}:rgb\\((\\d+),(\\d+),(\\d+)\\)`).exec(style) ?? [];
    return red === undefined ? null : [Number(red), Number(green), Number(blue)];
  };
  const [ink, ground] = [colour("color"), colour("background-color")];
  if (ground && !ink) return `${style};color:${luminance(ground) > 0.18 ? "#000" : "#fff"}`;
  if (!ink || ground) return style;
  return `${style};color:light-dark(${readable(ink, lightGround)},${readable(ink, darkGround)})`;
}

/**
 * HTML of a terminal's text whose colours by number can be read on a light page and on a dark one: a program chooses them for
 * a ground that it does not know. Colours with a ground of their own stay as they are.
 */
export function readableColours(html: string): string {
  return html.replaceAll(/ style="([^"]*)"/g, (_, style: string) => {
    const known = made.get(style) ?? styled(style);
    if (made.size < 1000) made.set(style, known);
    return ` style="${known}"`;
  });
}
