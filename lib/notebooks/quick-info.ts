import type ts from "typescript";

const textOf = (parts: readonly ts.SymbolDisplayPart[] = []): string => parts.map(({ text }) => text).join("");

/** What the compiler knows of a name, as plain text: its type, its description and its tags, a line each. */
export function quickInfoText({ displayParts, documentation, tags = [] }: ts.QuickInfo): string {
  const told = tags.map(({ name, text }) => `@${name} ${textOf(text)}`.trimEnd());
  const description = [textOf(documentation), ...told].filter((part) => part !== "").join("\n");
  return description === "" ? textOf(displayParts) : `${textOf(displayParts)}\n\n${description}`;
}
