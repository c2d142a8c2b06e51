// The author's text editor: CodeMirror in a Streamlit component.
//
// Python owns the text only when `rev` changes; in between it belongs to whoever types. What was
// typed is sent after a pause and whenever the editor loses the focus.
import { indentWithTab } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { yamlFrontmatter } from "@codemirror/lang-yaml";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { minimalSetup } from "codemirror";
import { looksFor } from "./looks.js";

const PAUSE = 600; // milliseconds without a key before the text is sent
const editors = new WeakMap();

export default function (component) {
  const { parentElement } = component;
  let editor = editors.get(parentElement);
  if (!editor) {
    editor = open(component);
    editors.set(parentElement, editor);
  }
  renew(editor, component);
  return () => {
    send(editor);
    document.removeEventListener("visibilitychange", editor.onHidden);
    editor.view.destroy();
    editors.delete(parentElement);
  };
}

function open({ parentElement, data }) {
  const place = parentElement.querySelector(".editor");
  const editor = { rev: data.rev, sent: data.text, line: 1, jumped: data.jump?.nonce ?? 0 };
  editor.looks = new Compartment();
  editor.isDark = null;
  editor.view = new EditorView({
    parent: place,
    root: parentElement instanceof ShadowRoot ? parentElement : document,
    state: EditorState.create({ doc: data.text, extensions: extensions(editor, data) }),
  });
  // A tab that is about to be closed or left still sends what was typed.
  editor.onHidden = () => document.visibilityState === "hidden" && send(editor);
  document.addEventListener("visibilitychange", editor.onHidden);
  // It scrolls by the keyboard through the text it holds; tools look at the box itself.
  editor.view.scrollDOM.tabIndex = 0;
  return editor;
}

function extensions(editor, data) {
  return [
    EditorState.phrases.of({ ...data.words, Find: data.words.find, Replace: data.words.with }),
    minimalSetup,
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    // Escape, then Tab, leaves the editor: CodeMirror itself lets that Tab pass.
    keymap.of([...searchKeymap, indentWithTab]),
    yamlFrontmatter({ content: markdown() }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      "aria-label": data.label,
      "aria-describedby": "leave",
      spellcheck: "true",
    }),
    editor.looks.of([]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) sendSoon(editor);
    }),
    EditorView.domEventHandlers({ blur: () => send(editor) }),
  ];
}

function renew(editor, { data, parentElement, setStateValue }) {
  const { view } = editor;
  editor.report = setStateValue;
  parentElement.querySelector(".leave").textContent = data.hint;
  const isDark = isDarkNow(parentElement);
  if (isDark !== editor.isDark) {
    editor.isDark = isDark;
    view.dispatch({ effects: editor.looks.reconfigure(looksFor(isDark)) });
  }
  if (data.rev !== editor.rev) {
    clearTimeout(editor.timer);
    editor.rev = data.rev;
    editor.sent = data.text;
    // One change that "undo" takes back.
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: data.text } });
    clearTimeout(editor.timer);
  }
  // Marks of an older text would stand on wrong lines; the next answer brings the right ones.
  if (view.state.doc.toString() === data.checked) {
    view.dispatch(setDiagnostics(view.state, diagnostics(view.state, data.problems)));
  }
  if (data.jump && data.jump.nonce !== editor.jumped) {
    editor.jumped = data.jump.nonce;
    jump(view, data.jump);
  }
}

function diagnostics(state, problems) {
  return problems
    .filter((problem) => problem.line <= state.doc.lines)
    .map((problem) => {
      const line = state.doc.line(problem.line);
      const from = Math.min(line.from + problem.column - 1, line.to);
      const { level, message, code } = problem;
      return { from, to: line.to, severity: level, message, source: code };
    })
    .sort((one, other) => one.from - other.from);
}

function jump(view, place) {
  const line = view.state.doc.line(Math.min(Math.max(place.line, 1), view.state.doc.lines));
  const anchor = Math.min(line.from + place.column - 1, line.to);
  view.dispatch({
    selection: { anchor },
    effects: EditorView.scrollIntoView(anchor, { y: "center" }),
  });
  view.focus();
}

function sendSoon(editor) {
  clearTimeout(editor.timer);
  editor.timer = setTimeout(() => send(editor), PAUSE);
}

function send(editor) {
  clearTimeout(editor.timer);
  const { state } = editor.view;
  const text = state.doc.toString();
  const line = state.doc.lineAt(state.selection.main.head).number;
  if (text === editor.sent && line === editor.line) return;
  editor.sent = text;
  editor.line = line;
  editor.report?.("typed", { text, rev: editor.rev, line });
}

function isDarkNow(parentElement) {
  const probe = document.createElement("span");
  probe.style.color = "var(--st-background-color)";
  parentElement.querySelector(".editor").append(probe);
  const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255])
    .slice(0, 3)
    .map(Number);
  probe.remove();
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
