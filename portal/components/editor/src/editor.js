// The author's text editor: CodeMirror in a Streamlit component.
//
// Python owns the text only when `rev` grows; in between it belongs to whoever types. What was
// typed is sent after a pause and whenever the editor loses the focus.
import { indentWithTab, isolateHistory } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { yamlFrontmatter } from "@codemirror/lang-yaml";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { ChangeSet, Compartment, EditorState } from "@codemirror/state";
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
const AGAIN = 3000; // milliseconds without an answer before it is sent again, then twice as many
const SELDOM = 15_000;
// An editor outlives its place: Streamlit builds places anew when something above them comes or
// goes, and calls the way out of an answer that a later one overtook while its place still stands.
const editors = new Map();

// A tab that is about to be closed or left still sends what was typed.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") editors.forEach(send);
});
// While the server has not heard of the last words, the browser asks before it closes the tab.
window.addEventListener("beforeunload", (event) => {
  editors.forEach(send);
  if ([...editors.values()].some(isUnsafe)) event.preventDefault();
});

export default function (component) {
  const editor = editors.get(component.data.name) ?? open(component);
  settle(editor, component);
  renew(editor, component);
  return () => send(editor);
}

function open({ data }) {
  for (const [name, other] of editors) {
    if (other.view.dom.isConnected) continue;
    clearTimeout(other.again);
    other.view.destroy();
    editors.delete(name);
  }
  const text = plain(data.text);
  const editor = { rev: data.rev, saves: data.saves, sent: text, line: 1 };
  editor.jumped = data.jump?.nonce ?? 0;
  editor.said = { number: data.heard };
  editor.heard = data.heard;
  editor.safe = text;
  editor.looks = new Compartment();
  editor.isDark = null;
  editor.view = new EditorView({
    state: EditorState.create({ doc: text, extensions: extensions(editor, data) }),
  });
  // It scrolls by the keyboard through the text it holds; tools look at the box itself.
  editor.view.scrollDOM.tabIndex = 0;
  editors.set(data.name, editor);
  return editor;
}

function settle(editor, { parentElement }) {
  const { view } = editor;
  const place = parentElement.querySelector(".editor");
  if (view.dom.parentNode === place) return;
  view.setRoot(parentElement instanceof ShadowRoot ? parentElement : document);
  place.append(view.dom);
  if (editor.isFocused && document.activeElement === document.body) view.focus();
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
    EditorView.domEventHandlers({
      focus: () => {
        editor.isFocused = true;
      },
      blur: () => {
        send(editor);
        // Where its place was taken away, it gets the focus back in the next one.
        setTimeout(() => {
          editor.isFocused = editor.view.hasFocus || !editor.view.dom.isConnected;
        });
      },
    }),
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
  editor.heard = Math.max(editor.heard, data.heard);
  if (editor.heard >= editor.said.number && editor.said.rev === editor.rev) {
    editor.safe = editor.said.text;
  }
  if (data.rev > editor.rev) replace(editor, data);
  editor.saves = Math.max(editor.saves, data.saves);
  // Marks of an older text would stand on wrong lines; the next answer brings the right ones.
  if (view.state.doc.toString() === plain(data.checked)) {
    view.dispatch(setDiagnostics(view.state, diagnostics(view.state, data.problems)));
  }
  if (data.jump && data.jump.nonce > editor.jumped) {
    editor.jumped = data.jump.nonce;
    jump(view, data.jump);
  }
}

// Take a text of Python's in as one step to undo. It grew out of the text that Python had from
// here; words typed since then stay where they are.
function replace(editor, { rev, saves, text, was }) {
  const { view } = editor;
  const doc = view.state.doc.toString();
  const before = plain(was[editor.rev] ?? doc);
  const theirs = ChangeSet.of(difference(before, plain(text)), before.length);
  const ours = ChangeSet.of(difference(before, doc), before.length);
  Object.assign(editor, { rev, saves, sent: plain(text), safe: plain(text) });
  // Nobody waits any more for an answer about the text before.
  editor.heard = Math.max(editor.heard, editor.said.number);
  view.dispatch({ changes: theirs.map(ours), annotations: isolateHistory.of("full") });
  clearTimeout(editor.timer);
  if (view.state.doc.toString() !== editor.sent) sendSoon(editor);
}

// The one stretch in which two texts differ.
function difference(one, other) {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return { from: start, to: one.length - end, insert: other.slice(start, other.length - end) };
}

function plain(text) {
  return text.replace(/\r\n?/g, "\n");
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
  const { rev, saves } = editor;
  editor.said = { text, rev, saves, line, number: editor.said.number + 1 };
  say(editor, AGAIN);
}

// Streamlit drops what is said while the server is away, and asks for nothing when it is back.
function say(editor, patience) {
  clearTimeout(editor.again);
  editor.report?.("typed", editor.said);
  editor.again = setTimeout(() => {
    if (isUnheard(editor)) say(editor, Math.min(patience * 2, SELDOM));
  }, patience);
}

function isUnheard(editor) {
  return editor.view.dom.isConnected && editor.heard < editor.said.number;
}

function isUnsafe(editor) {
  const { dom, state } = editor.view;
  return dom.isConnected && state.doc.toString() !== editor.safe;
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
