"""The editor as Streamlit calls it, without a server: no answer takes away what was typed."""

from pathlib import Path

import pytest

from portal import components

BUILT = Path(components.__file__).parent / "editor" / "built" / "editor.js"
ADDRESS = "http://editor.test/"
# Streamlit calls the module for each answer, and the way out of one that a later one overtook.
HOST = """<!doctype html><script type="module">
import draw from "./editor.js";
window.typed = [];
window.data = {
  name: "one", text: "", rev: 0, saves: 0, heard: 0, was: {}, problems: [], jump: null,
  label: "Text", hint: "", words: { find: "Find", with: "Replace" },
};
window.place = () => {
  window.home?.remove();
  window.home = document.createElement("div");
  home.innerHTML = '<div class="editor"></div><p class="leave"></p>';
  document.body.append(home);
};
window.answer = (change) => {
  window.data = { ...data, ...change };
  data.checked = data.text;
  const report = (_name, value) => typed.push(value);
  return draw({ data, parentElement: home, setStateValue: report });
};
place();
</script>"""


@pytest.fixture
def desk(page):
    """A page with the editor's module and nothing else."""
    bodies = {ADDRESS: ("text/html", HOST), f"{ADDRESS}editor.js": ("text/javascript", None)}

    def serve(route):
        kind, body = bodies[route.request.url]
        route.fulfill(content_type=kind, body=body or BUILT.read_bytes())

    page.route(f"{ADDRESS}**", serve)
    page.goto(ADDRESS)
    page.wait_for_function("() => window.home")
    return page


def answer(desk, **change):
    desk.evaluate("(change) => { window.out = answer(change); }", change)


def write(desk, words):
    desk.locator(".cm-content").focus()
    desk.keyboard.press("Control+End")
    desk.keyboard.type(words)


def text(desk):
    return "\n".join(desk.locator(".cm-line").all_text_contents())


def test_the_way_out_of_an_overtaken_answer_leaves_the_text_and_its_undo(desk):
    answer(desk, text="One")
    write(desk, " two")
    desk.evaluate("() => { window.first = answer({}); answer({}); first(); }")
    stood = text(desk)

    desk.keyboard.press("Control+z")

    assert stood == "One two"
    assert text(desk) == "One"


def test_a_place_built_anew_keeps_what_was_typed_its_undo_and_the_cursor(desk):
    answer(desk, text="One")
    write(desk, " two")
    desk.evaluate("() => { place(); out(); answer({}); }")

    desk.keyboard.type(" three")
    stood = text(desk)
    desk.keyboard.press("Control+z")

    assert stood == "One two three"
    assert text(desk) != stood
    assert desk.evaluate("() => typed[0].text") == "One two"


def test_what_nobody_answered_is_said_again_until_it_is_heard(desk):
    desk.clock.install()
    answer(desk, text="One")
    write(desk, " two")
    said = "() => typed.map((one) => one.text)"
    desk.clock.run_for(1_000)
    first = desk.evaluate(said)
    desk.clock.run_for(3_000)
    again = desk.evaluate(said)

    answer(desk, text="One two", heard=1)
    desk.clock.run_for(60_000)

    assert first == ["One two"]
    assert again == ["One two", "One two"]
    assert desk.evaluate(said) == again


def test_a_tab_with_words_nobody_heard_of_asks_before_it_closes(desk):
    closing = "() => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    answer(desk, text="One\nmore")
    desk.locator(".cm-content").focus()
    desk.keyboard.press("Control+End")
    desk.evaluate("() => document.activeElement.blur()")
    before = desk.evaluate(closing)
    write(desk, " two")

    unheard = desk.evaluate(closing)
    answer(desk, text="One\nmore two", heard=2)

    assert (before, unheard, desk.evaluate(closing)) == (True, False, True)


def test_words_typed_while_a_change_is_on_its_way_stay(desk):
    answer(desk, text="One\n")
    write(desk, "mine ")

    answer(desk, text="Zero\nOne\n", rev=1, was={"0": "One\n"})

    assert text(desk) == "Zero\nOne\nmine "
    desk.wait_for_function("() => typed.at(-1)?.text === 'Zero\\nOne\\nmine '")
    assert desk.evaluate("() => typed.at(-1).rev") == 1


@pytest.mark.parametrize("is_first_read", [False, True])
def test_two_changes_at_once_are_both_taken_in_once(desk, is_first_read):
    answer(desk, text="One\n")
    if is_first_read:
        answer(desk, text="One\nTwo\n", rev=1, was={"0": "One\n"})

    answer(desk, text="One\nTwo\nThree\n", rev=2, was={"0": "One\n", "1": "One\nTwo\n"})

    assert text(desk) == "One\nTwo\nThree\n"


def test_a_change_is_one_step_to_undo(desk):
    answer(desk, text="One")
    write(desk, " two")
    answer(desk, text="Other words", rev=1, was={"0": "One two"})
    desk.locator(".cm-content").focus()

    desk.keyboard.press("Control+z")

    assert text(desk) == "One two"


def test_an_older_answer_that_comes_late_changes_nothing(desk):
    answer(desk, text="One")
    answer(desk, text="One two", rev=1, was={"0": "One"})

    answer(desk, text="One", rev=0)

    assert text(desk) == "One two"


def test_a_text_to_load_takes_the_place_of_all(desk):
    answer(desk, text="One")
    write(desk, " two")

    answer(desk, text="Newer", rev=1)

    assert text(desk) == "Newer"


def test_another_text_has_an_editor_of_its_own(desk):
    answer(desk, text="One")
    write(desk, " two")
    desk.evaluate("() => { place(); out(); answer({ name: 'other', text: 'Another' }); }")

    assert text(desk) == "Another"
    assert desk.locator(".cm-editor").count() == 1
