"""Characters that hypothesis draws texts from."""

from hypothesis import strategies as st

# All that UTF-8 can write, as is its default; but that tries each character there is, for seconds.
CHARACTERS = st.characters(exclude_categories=["Cs"])
