"""Rules between a file and the registers: unknown skills, sources, roles, people, terms."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from curriculum.facts import Facts, Reference, did_you_mean, problem
from curriculum.model import Problem, Registers
from curriculum.phrases import Phrase, Said


class _Register(NamedTuple):
    code: str
    what: Said
    file: str
    names: Callable[[Registers], Iterable[str]]


_REGISTERS = {
    "skill": _Register("REF001", Phrase("skill"), "skills.yml", lambda r: r.skills),
    "source": _Register("REF002", Phrase("source"), "sources.yml", lambda r: r.sources),
    "role": _Register("REF003", Phrase("role"), "roles.yml", lambda r: r.roles),
    "person": _Register("REF004", Phrase("person"), "people.yml", lambda r: r.people),
    "misconception": _Register(
        "REF005", Phrase("misconception"), "misconceptions.yml", lambda r: r.misconceptions
    ),
    "term": _Register("REF006", Phrase("term"), "glossary.yml", lambda r: r.glossary),
    "ai_system": _Register("REF008", Phrase("AI system"), "roles.yml", lambda r: r.ai_systems),
    "email": _Register("SEC004", Phrase("e-mail address"), "people.yml", lambda r: r.people),
}


def register_path(kind: str) -> str:
    """Path of the register that answers a kind of reference; empty when none does."""
    one = _REGISTERS.get("skill" if kind == "cell" else kind)
    return f"curriculum/{one.file}" if one is not None else ""


def known_in_registers(registers: Registers) -> set[tuple[str, str]]:
    """Kind and target of every reference that a register can answer."""
    known = {(kind, name) for kind, one in _REGISTERS.items() for name in one.names(registers)}
    for skill in registers.skills.values():
        known |= {("cell", f"{skill.id}/{cell}") for cell in skill.cells}
    return known


def excused_kinds(
    references: Iterable[Reference], *, registers: Registers, faults: Iterable[Problem]
) -> set[str]:
    """Kinds of mentions that cannot be judged, since the register itself has a fault.

    An entry that could not be read may be the one meant; a register of which nothing was read may
    hold any name. The fault stands where its cause is, in the register.
    """
    by_file: dict[str, int] = {}
    for fault in faults:
        if fault.level == "error":
            by_file[fault.path] = by_file.get(fault.path, 0) + 1
    unknown: dict[str, set[str]] = {}
    for ref in references if by_file else ():
        unknown.setdefault(ref.kind, set()).add(ref.target)
    return {
        kind
        for kind, one in _REGISTERS.items()
        if (count := by_file.get(f"curriculum/{one.file}"))
        and (not list(one.names(registers)) or len(unknown.get(kind, ())) <= count)
    }


def register_problems(
    facts: Facts, *, registers: Registers, references: Iterable[Reference] | None = None
) -> list[Problem]:
    """Every mention in a file of something that no register holds.

    `references` may name those still in doubt; without it all are looked at.
    """
    found: list[Problem] = []
    unknown_people = set()
    for ref in facts.references if references is None else references:
        fault = _fault(ref, registers=registers, after=len(found))
        if fault is None or (ref.kind == "email" and (ref.line, ref.target) in unknown_people):
            continue
        if ref.kind == "person":
            unknown_people.add((ref.line, ref.target))
        code, message = fault
        found.append(problem(code, facts.path, line=ref.line, column=ref.column, message=message))
    people = {(p.line, p.column) for p in found if p.code == "REF004"}
    return [p for p in found if p.code != "SEC004" or (p.line, p.column) not in people]


def _fault(ref: Reference, *, registers: Registers, after: int) -> tuple[str, Said] | None:
    if ref.kind == "cell":
        return _cell_fault(ref, registers=registers, after=after)
    register = _REGISTERS.get(ref.kind)
    if register is None:
        return None
    names = register.names(registers)
    if ref.target in names:
        return None
    if ref.kind == "email":
        message = Phrase("this e-mail address is not in people.yml; remove it, or use one that is")
        return register.code, message
    guess = did_you_mean(ref.target, names, after=after)
    return (
        register.code,
        Phrase(
            "unknown {what} '{target}'; it is not in {file}.{guess}",
            what=register.what,
            target=ref.target,
            file=register.file,
            guess=guess,
        ),
    )


def _cell_fault(ref: Reference, *, registers: Registers, after: int) -> tuple[str, Said] | None:
    skill_id, _, cell = ref.target.partition("/")
    skill = registers.skills.get(skill_id)
    if skill is None or cell in skill.cells:
        return None
    guess = did_you_mean(cell, skill.cells, after=after)
    known = "" if guess else Phrase(" Known are {cells}", cells=", ".join(skill.cells))
    return "REF007", Phrase(
        "the skill '{skill_id}' has no cell '{cell}'.{guess}{known}",
        skill_id=skill_id,
        cell=cell,
        guess=guess,
        known=known,
    )
