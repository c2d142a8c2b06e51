"""Use cases, one function each; no Streamlit, no SQL."""
