"""The security headers fit the Streamlit that is installed."""

import base64
import hashlib
import re
from pathlib import Path

import streamlit

from portal.web.headers import HEADERS, POLICY, SCRIPT_HASH

INDEX = Path(streamlit.__file__).with_name("static") / "index.html"


def inline_scripts():
    return re.findall(
        r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", INDEX.read_text("utf-8"), re.DOTALL
    )


def test_the_policy_allows_the_one_inline_script_of_streamlit_and_no_other():
    (script,) = inline_scripts()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"sha256-{digest}" == SCRIPT_HASH
    assert f"'{SCRIPT_HASH}'" in POLICY


def test_the_page_of_streamlit_holds_no_event_handler_that_the_policy_would_break():
    assert not re.search(r"<[^>]+\son[a-z]+=", INDEX.read_text("utf-8"))


def test_the_policy_allows_no_eval_no_plugins_and_no_frames_around_the_portal():
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert "http" not in POLICY
    assert all(name == name.lower() for name, _value in HEADERS)


def test_files_are_what_they_say_and_other_hosts_learn_no_address():
    said = {name.decode(): value.decode() for name, value in HEADERS}
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "same-origin"
