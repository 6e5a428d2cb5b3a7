import { createRequire } from "node:module";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import yaml from "highlight.js/lib/languages/yaml";
import { escapeHtml } from "../display/mime-bundle.js";

for (const [name, language] of Object.entries({ bash, json, python, typescript, yaml })) {
  hljs.registerLanguage(name, language);
}

/** Other languages are loaded when a notebook has one of them. */
function allLanguages(): void {
  const all = createRequire(import.meta.url)("highlight.js") as typeof hljs;
  for (const name of all.listLanguages()) {
    if (!hljs.getLanguage(name)) hljs.registerLanguage(name, () => all.getLanguage(name)!);
  }
}

/** Code with its words coloured; plain escaped text for a language that is not known. */
export function highlightCode(code: string, language: string): string {
  const name = language.trim().toLowerCase();
  if (/^[\w+#.-]+$/.test(name) && !hljs.getLanguage(name) && !/^(?:text|plain|txt|mermaid)$/.test(name)) allLanguages();
  if (!hljs.getLanguage(name)) return escapeHtml(code);
  return hljs.highlight(code, { language: name, ignoreIllegals: true }).value;
}
