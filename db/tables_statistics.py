"""The tables of item statistics: items, tests and misconceptions, as a job last counted them."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from db.columns import NAMING, document, moment, one_of, to, zero

SQLModel.metadata.naming_convention = NAMING


class ItemStatistic(SQLModel, table=True):
    """How one item behaves: share correct, item-rest correlation, options, groups, flags.

    `owner_id` is the bank or module it is published with. `options` lists each option with its
    share among all, strong and weak; `dif` each group compared with the largest. Of `timed`
    answers it is known how long they took, `mean_seconds` on average; `rapid` of them were guessed.
    """

    __tablename__ = "item_statistic"
    item_id: str = Field(sa_column=to("content.id", primary=True))
    owner_id: str = Field(index=True)
    kind: str
    n: int
    share_correct: float | None = None
    item_rest: float | None = None
    flags: Any = Field(sa_column=document())
    options: Any = Field(sa_column=document())
    dif: Any = Field(sa_column=document())
    made_at: datetime = Field(sa_column=moment())
    code_version: str
    timed: int = Field(default=0, sa_column=zero())
    rapid: int = Field(default=0, sa_column=zero())
    mean_seconds: float | None = None
    __table_args__ = (one_of("kind", "check", "practice"),)


class FormStatistic(SQLModel, table=True):
    """A form of a bank as a whole: mean, spread, KR-20 and standard error of measurement."""

    __tablename__ = "form_statistic"
    owner_id: str = Field(primary_key=True)
    form: str = Field(primary_key=True)
    n: int
    items: int
    mean: float | None = None
    sd: float | None = None
    kr20: float | None = None
    sem: float | None = None
    made_at: datetime = Field(sa_column=moment())


class MisconceptionStatistic(SQLModel, table=True):
    """How many different people chose what stands for a misconception, in a bank or module."""

    __tablename__ = "misconception_statistic"
    owner_id: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    holders: int
    times: int
    learners: int
    made_at: datetime = Field(sa_column=moment())
