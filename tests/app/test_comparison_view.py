"""What the page of a comparison draws, and what it must keep to itself."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from portal import loaders
from portal.access import Viewer
from portal.charts.attrition import attrition_chart
from portal.charts.export import chart_to_png, chart_to_svg
from portal.services.compared import fingerprint_of
from tests.app.compared import make_compared, make_rows


def draw(compared) -> AppTest:
    def page(compared) -> None:
        from portal.components.comparison_view import draw_comparison

        draw_comparison(compared)

    at = AppTest.from_function(page, kwargs={"compared": compared}, default_timeout=30).run()
    assert not at.exception
    return at


def headers(at: AppTest) -> list[str]:
    return [one.value for one in at.header]


def words(at: AppTest) -> str:
    drawn = (*at.markdown, *at.subheader, *at.header, *at.metric)
    return " ".join(str(one.value) for one in drawn)


def charts(at: AppTest) -> list[dict]:
    return [json.loads(one.proto.spec) for one in at.get("vega_lite_chart")]


def test_a_lottery_shows_its_difference_with_everything_beside_it():
    compared = make_compared()
    at = draw(compared)

    assert headers(at) == [
        compared.comparison.sentence.partition(". ")[2],
        "How large is the difference?",
        "Did they start level?",
        "Who left?",
        "Growth by route",
        "How fast teams grew",
    ]
    assert [one.label for one in at.metric] == [
        "Structured",
        "Self-directed",
        "Difference",
        "Left before the check",
    ]


def test_a_withheld_verdict_shows_two_panels_and_no_figure_of_a_difference():
    compared = make_compared(design="self_selected", assignment="theta0", selection=1.5)
    at = draw(compared)

    assert compared.comparison.comparability == "not_comparable"
    assert headers(at)[1:3] == ["Structured", "Self-directed"]
    assert "What would make it fair" in headers(at)
    assert len(at.metric) == 0
    assert "How large is the difference?" not in headers(at)
    assert "With 24 teams drawn by lot, the check could detect" in words(at)
    assert "began higher: score at the start" in words(at)


def test_panels_of_a_withheld_verdict_never_hold_both_routes():
    at = draw(make_compared(design="self_selected", assignment="theta0", selection=1.5))

    for spec in charts(at):
        held = {name for name in ("structured", "self_directed") if name in data_of(spec)}
        assert len(held) <= 1


def data_of(spec: dict) -> str:
    """The values of a chart, without its scales, which name every tone."""
    return json.dumps([layer.get("data") for layer in spec.get("layer", [])]) + json.dumps(
        spec.get("datasets", {})
    )


@pytest.mark.parametrize(
    ("g", "shape"), [(0.02, "comparable"), (0.1, "comparable_after_adjustment")]
)
def test_the_mark_of_a_baseline_difference_follows_its_category(g, shape):
    rows = make_rows(effect=0.0)
    start = rows["occasion"] == "baseline"
    spread = rows.loc[start, "score"].std()
    means = rows[start].groupby("arm")["score"].mean()
    gap = means["structured"] - means["self_directed"]
    shift = (rows["arm"] == "structured") & start
    compared = make_compared(rows=rows.assign(score=rows["score"] + shift * (g * spread - gap)))

    assert [one.category for one in compared.comparison.baseline] == [shape]
    draw(compared)


def test_team_slopes_stand_by_name_and_leave_out_small_teams():
    rows = make_rows(team_size=14)
    small = rows["team"].isin(["T003", "T007"]) & (
        rows["learner"].isin(
            rows.groupby("team")["learner"].unique().explode().groupby(level=0).tail(8)
        )
    )
    compared = make_compared(rows=rows[~small])

    names = [one.team for one in compared.slopes]
    assert names == sorted(names)
    assert not {"T003", "T007"} & set(names)
    assert min(one.learners for one in compared.slopes) >= 10
    assert compared.hidden_teams == 2


def test_one_small_team_takes_another_one_with_it():
    rows = make_rows(team_size=14)
    leavers = rows.loc[rows["team"] == "T003", "learner"].unique()[:9]
    compared = make_compared(rows=rows[~rows["learner"].isin(leavers)])

    assert compared.hidden_teams == 2


def test_a_manager_sees_slopes_of_the_own_line_only():
    compared = make_compared(team_size=14, own_teams=frozenset({"T001", "T002"}))

    assert {one.team for one in compared.slopes} <= {"T001", "T002"}


def test_few_learners_show_neither_start_nor_leaving_nor_how_many_there_are():
    rows = make_rows(teams=4, team_size=3)
    compared = make_compared(rows=rows)
    at = draw(compared)

    assert compared.comparison.comparability == "insufficient_data"
    assert compared.comparison.baseline == ()
    assert compared.comparison.attrition.overall is None
    assert (
        "there are" not in compared.comparison.sentence
        or min(compared.comparison.learners.as_dict().values()) >= 6
    )
    assert len(at.metric) == 0


def test_a_chart_becomes_the_same_file_each_time():
    chart = attrition_chart(overall=20.0, differential=4.0, dark=False)

    assert chart_to_svg(chart) == chart_to_svg(chart)
    assert chart_to_png(chart).startswith(b"\x89PNG")
    assert "#0F191E".lower() in chart_to_svg(chart).lower()


def test_figures_are_made_once_for_a_viewer_and_anew_when_they_would_say_something_else():
    made = []
    compared = make_compared()
    fewer = replace(compared, hidden_teams=compared.hidden_teams + 1)
    one, other = (Viewer(id_, "", frozenset({"sponsor"}), "all-staff") for id_ in (1, 2))
    loaders.forget()

    for viewer, shown in ((one, compared), (one, compared), (one, fewer), (other, compared)):
        loaders.drawn(viewer, fingerprint_of(shown), lambda: made.append(1))

    assert len(made) == 3


def test_each_of_several_pictures_can_be_taken_as_a_file():
    def page() -> None:
        import pandas as pd

        from portal.charts.attrition import attrition_chart
        from portal.components.table_view import draw_table

        one, other = (attrition_chart(overall=n, differential=2.0, dark=False) for n in (5.0, 9.0))
        frame = pd.DataFrame({"Unit": ["One", "Other"]})
        draw_table(
            frame,
            key="t",
            alt="Units.",
            file_name="units.csv",
            chart={"One": one, "Other": other},
        )

    at = AppTest.from_function(page, default_timeout=30).run()
    assert not at.exception
    assert at.selectbox[0].options == ["One", "Other"]

    at.selectbox[0].select_index(1).run()

    files = [button.label for button in at.get("download_button")]
    assert files == ["Download as CSV", "PNG", "SVG"]
    assert not at.exception
