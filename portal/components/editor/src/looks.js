// Colours of the editor, for light and dark; a test holds their contrast.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import colors from "./colors.json";

export const HEIGHT = 468;

export function looksFor(isDark) {
  const c = isDark ? colors.dark : colors.light;
  return [theme(c, isDark), syntaxHighlighting(highlighting(c))];
}

function theme(c, isDark) {
  return EditorView.theme(
    {
      "&": {
        color: c.text,
        backgroundColor: c.background,
        border: `1px solid ${c.border}`,
        borderRadius: "8px",
        height: `${HEIGHT}px`,
        fontSize: "14px",
      },
      "&.cm-focused": { outline: `2px solid ${c.link}`, outlineOffset: "1px" },
      ".cm-scroller": { fontFamily: "var(--st-code-font, monospace)", lineHeight: "1.6" },
      ".cm-content": { caretColor: c.caret, padding: "8px 0" },
      ".cm-cursor": { borderLeftColor: c.caret, borderLeftWidth: "2px" },
      ".cm-gutters": { backgroundColor: c.background, color: c.gutter, border: "none" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: c.activeLine },
      // The active line would hide the selection drawn beneath it.
      "&.cm-focused .cm-activeLine": { backgroundColor: "transparent" },
      "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
        { backgroundColor: c.selection },
      ".cm-panels, .cm-tooltip": {
        backgroundColor: c.panel,
        color: c.text,
        border: `1px solid ${c.border}`,
      },
      ".cm-diagnostic": { padding: "6px 10px", maxWidth: "60ch", fontFamily: "var(--st-font)" },
      ".cm-diagnostic-error": { borderLeft: `4px solid ${c.error}` },
      ".cm-diagnostic-warning": { borderLeft: `4px solid ${c.warning}` },
      ".cm-lintRange-error": {
        backgroundImage: "none",
        textDecoration: `underline wavy ${c.error} 1.5px`,
      },
      ".cm-lintRange-warning": {
        backgroundImage: "none",
        textDecoration: `underline wavy ${c.warning} 1.5px`,
      },
      ".cm-button": { backgroundImage: "none", backgroundColor: c.activeLine, color: c.text },
      ".cm-textfield": { backgroundColor: c.background, color: c.text },
    },
    { dark: isDark },
  );
}

function highlighting(c) {
  return HighlightStyle.define([
    { tag: tags.heading, color: c.heading, fontWeight: "700" },
    { tag: [tags.strong], fontWeight: "700" },
    { tag: [tags.emphasis], fontStyle: "italic" },
    { tag: [tags.link, tags.url], color: c.link },
    { tag: [tags.quote], color: c.quote },
    { tag: [tags.monospace], color: c.code },
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: c.key },
    { tag: [tags.string, tags.content], color: "inherit" },
    { tag: [tags.number, tags.bool], color: c.number },
    { tag: [tags.meta, tags.processingInstruction, tags.comment, tags.punctuation], color: c.meta },
    { tag: [tags.labelName], color: c.string },
  ]);
}
