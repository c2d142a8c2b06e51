"""A GIFT file with a question of each fate, and where it would go."""

GIFT = """\
// A file of four questions.
::Refund:: Which step comes next after a refund above the limit? {
  =Ask a person#Right.
  ~Pay it#No: the limit.
}

::Record:: What is the record of one run called? {=trace =log}

::Truth:: A limit stops the agent. {TRUE}

::Broken:: Which one? {
  =A
"""
NAME = "week1.gift"
BANK = "assessments/banks/week1-gift.md"
