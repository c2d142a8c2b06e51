"""Text that looks like a secret or like a customer's data."""

import re
import string
from collections.abc import Iterator

import re2

from curriculum.facts import Notes
from curriculum.phrases import Phrase

MAX_LOCAL = 64
_LOCAL = string.ascii_letters + string.digits + "._%+-"
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(
    r"(?<![\d.,\-])(?:\d{13,19}|\d{4}(?P<gap>[ \u00a0-])\d{4}(?P=gap)\d{4}(?P=gap)\d{1,7}"
    r"|\d{4}(?P<space>[ \u00a0-])\d{6}(?P=space)\d{5})(?![\d]|[.,-]\d)"
)
_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,255}\b"
    r"|\bgithub_pat_[A-Za-z0-9_]{40,255}\b"
    r"|\bglpat-[A-Za-z0-9_-]{20,255}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,255}"
    r"|\bsk-[A-Za-z0-9_-]{20,255}"
    r"|\b[rs]k_live_[A-Za-z0-9]{16,255}\b"
    r"|\bAIza[A-Za-z0-9_-]{35}"
    r"|\bhf_[A-Za-z0-9]{30,255}\b"
    r"|\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}"
)
_ASSIGNED = re.compile(
    r"\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret)"
    r"[\"']?\s*[:=]\s*[\"']?(?P<value>[^\s\"',;`<>{}\[\]()]{8,200})",
    re.IGNORECASE,
)
# One fast look over the text decides whether the exact and slower expressions are needed.
_SUSPICIOUS = re2.compile(
    r"(?i:passw|pwd|secret|api[_-]?key|token)|[A-Z]{2}\d{2}[ \x{a0}]?[A-Z0-9]{4}"
    r"|\d{4}[ \x{a0}-]?\d{4}|PRIVATE KEY|A[KS]IA[A-Z0-9]|gh[pousr]_|github_pat_|glpat-"
    r"|xox[abeprs]-|sk-|k_live_|AIza|hf_|eyJ"
)
_WHAT = {
    "SEC001": Phrase("an account number (IBAN)"),
    "SEC002": Phrase("a card number"),
    "SEC003": Phrase("a secret key or password"),
}
# Lengths by country; a country that is not listed is judged by its check digits alone.
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26,
    "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
}  # fmt: skip


def note_secrets(text: str, *, notes: Notes) -> None:
    """Note account and card numbers, keys and passwords; e-mail addresses become references."""
    if "@" in text:
        emails = list(_emails(text))
        places = _places(text, [start for start, _ in emails])
        for (_, email), place in zip(emails, places, strict=True):
            notes.refer("email", email, *place)
    if _SUSPICIOUS.search(text) is None:
        return
    found = [
        *(("SEC001", m.start()) for m in _IBAN.finditer(text) if is_iban(m[0])),
        *(("SEC002", m.start()) for m in _CARD.finditer(text) if is_card_number(m[0])),
        *(("SEC003", m.start()) for m in _KEY.finditer(text)),
        *(("SEC003", m.start()) for m in _ASSIGNED.finditer(text) if _is_password(m["value"])),
    ]
    found.sort(key=lambda fault: fault[1])
    places = _places(text, [start for _, start in found])
    for (code, _), (line, column) in zip(found, places, strict=True):
        # The message must not repeat what should not have been written.
        message = Phrase(
            "this looks like {code}; replace it by something that cannot be real", code=_WHAT[code]
        )
        notes.add(code, line, column, message)


def _emails(text: str) -> Iterator[tuple[int, str]]:
    """Where each e-mail address begins, and what it is.

    Looking to the left of every "@" is many times faster than an expression that tries each letter.
    """
    reached = 0
    at = text.find("@")
    while at >= 0:
        before = text[max(reached, at - MAX_LOCAL) : at]
        local = before[len(before.rstrip(_LOCAL)) :]
        domain = _DOMAIN.match(text, at + 1) if local else None
        if domain is not None:
            reached = domain.end()
            yield at - len(local), f"{local}@{domain[0]}".rstrip(".-")
        at = text.find("@", max(at + 1, reached))


def _places(text: str, starts: list[int]) -> list[tuple[int, int]]:
    """Line and column of places in a text that come in rising order."""
    places = []
    line, begin, reached = 1, 0, 0
    for start in starts:
        line += text.count("\n", reached, start)
        begin = max(begin, text.rfind("\n", reached, start) + 1)
        reached = start
        places.append((line, start - begin + 1))
    return places


def is_iban(text: str) -> bool:
    """Whether the check digits (ISO 13616, modulo 97) and the country's length fit."""
    plain = re.sub(r"\s", "", text)
    length = _IBAN_LENGTHS.get(plain[:2])
    if len(plain) < 15 or (length is not None and len(plain) < length):
        return False
    plain = plain[:length] if length is not None else plain
    digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
    return int(digits) % 97 == 1


def is_card_number(text: str) -> bool:
    """Whether the check digit fits (Luhn, ISO/IEC 7812) and the number may be a payment card's."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    if digits[0] not in {2, 3, 4, 5, 6} or len(set(digits)) < 2:
        return False
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_password(value: str) -> bool:
    has_digit = any(sign.isdigit() for sign in value)
    has_letter = any(sign.isalpha() for sign in value)
    return has_digit and has_letter and not value.startswith(("$", "http", "item:", "env:"))
