"""The eight kinds of guided activity, each as one value; and how their settings are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from curriculum.activities import (
    incident,
    permissions,
    queue,
    raci,
    retrieval,
    threshold,
    trace,
    value,
)
from curriculum.activities.base import (
    NO_TABLE,
    Control,
    Outcome,
    Parameters,
    State,
    Table,
)
from curriculum.activities.schema import Group, Schema, Words, defaults, read_values
from curriculum.facts import Notes
from curriculum.front import Mapping as YamlMap
from curriculum.phrases import Phrase


def _no_exhibit(_p: Parameters) -> Table:
    return NO_TABLE


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of activity: its parameters, its controls, and what choices lead to.

    `regions` names every kind of outcome that has a feedback of its own; `fault` says why an
    activity can't be solved; `exhibit` is what a learner reads first.
    """

    schema: Schema
    regions: tuple[str, ...]
    controls: Callable[[Parameters], tuple[Control, ...]]
    outcome: Callable[[Parameters, State], Outcome]
    fault: Callable[[Parameters], str | None]
    exhibit: Callable[[Parameters], Table] = _no_exhibit

    @property
    def whole_schema(self) -> Schema:
        """The parameters with the feedback that an author may write for each region."""
        texts = {region: Words(default="") for region in self.regions}
        return {**self.schema, "feedback": Group(texts, optional=True)}


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "threshold": Kind(
            threshold.SCHEMA,
            threshold.REGIONS,
            threshold.controls,
            threshold.outcome,
            threshold.fault,
        ),
        "retrieval": Kind(
            retrieval.SCHEMA,
            retrieval.REGIONS,
            retrieval.controls,
            retrieval.outcome,
            retrieval.fault,
        ),
        "trace": Kind(
            trace.SCHEMA, trace.REGIONS, trace.controls, trace.outcome, trace.fault, trace.exhibit
        ),
        "permissions": Kind(
            permissions.SCHEMA,
            permissions.REGIONS,
            permissions.controls,
            permissions.outcome,
            permissions.fault,
            permissions.exhibit,
        ),
        "raci": Kind(raci.SCHEMA, raci.REGIONS, raci.controls, raci.outcome, raci.fault),
        "queue": Kind(queue.SCHEMA, queue.REGIONS, queue.controls, queue.outcome, queue.fault),
        "incident": Kind(
            incident.SCHEMA, incident.REGIONS, incident.controls, incident.outcome, incident.fault
        ),
        "value": Kind(
            value.SCHEMA, value.REGIONS, value.controls, value.outcome, value.fault, value.exhibit
        ),
    }
)


def read_parameters(
    node: YamlMap, kind: str, *, notes: Notes, elsewhere: tuple[str, ...]
) -> dict[str, object]:
    """Return the parameters of an activity, every default filled in; faults go to `notes`."""
    what = Phrase("the {kind} activity", kind=kind)
    schema = KINDS[kind].whole_schema
    return read_values(node, schema, notes=notes, what=what, elsewhere=elsewhere)


def complete(kind: str, given: Mapping[str, object]) -> dict[str, object]:
    """Return parameters with defaults for those that were not known yet when it was published."""
    return {**defaults(KINDS[kind].whole_schema), **given}
