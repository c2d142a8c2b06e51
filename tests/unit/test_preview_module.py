"""Which module a preview shows, and its files in order, whatever faults they have."""

import socket

import pytest

from curriculum.preview import ModuleUnknown, module_folder, read_module
from curriculum.read import read_curriculum
from portal.__main__ import main
from tests.small_house import content_files, write_files


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path / "content", content_files())


def files_of(folder):
    return read_module(folder, "curriculum/modules/m1", curriculum=read_curriculum(folder))


def test_a_module_is_found_by_its_id(folder):
    assert module_folder(folder, "m1") == "curriculum/modules/m1"


def test_a_near_miss_is_guessed_and_the_others_are_named(folder):
    (folder / "curriculum/modules/m1").rename(folder / "curriculum/modules/a3-traces")

    with pytest.raises(ModuleUnknown, match="Did you mean 'a3-traces'") as caught:
        module_folder(folder, "a3-trace")

    assert "There is: a3-traces, m2." in str(caught.value)


@pytest.mark.parametrize("name", ["", "..", "../m1", "m1/", "/etc", "m\0"])
def test_a_path_is_no_module(folder, name):
    with pytest.raises(ModuleUnknown, match="There is no module"):
        module_folder(folder, name)


def test_lessons_stand_in_the_order_of_their_module(folder):
    place = folder / "curriculum/modules/m1/module.md"
    place.write_text(place.read_text().replace("[m1.limits, m1.more]", "[m1.more, m1.limits]"))

    names = [file.path.rpartition("/")[2] for file in files_of(folder)]

    assert names == ["module.md", "20-more.md", "10-limits.md"]


def test_a_module_whose_own_file_is_broken_is_shown_all_the_same(folder):
    (folder / "curriculum/modules/m1/module.md").write_text("---\nid: [\n---\n")

    files = files_of(folder)

    assert files[0].problems
    assert files[0].title == "module.md"
    assert files[1].title == "Title of m1.limits"


def test_the_command_says_which_module_was_meant(folder, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PORTAL_CONTENT_DIR", str(folder))
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "never"))

    code = main(["preview", "m3"])

    assert code == 2
    assert "There is no module 'm3'" in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


def test_the_command_says_that_its_port_is_taken(folder, monkeypatch, capsys):
    monkeypatch.setenv("PORTAL_CONTENT_DIR", str(folder))
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]

        code = main(["preview", "m1", "--port", str(port)])

    assert code == 2
    assert f"Port {port} is taken" in capsys.readouterr().err
