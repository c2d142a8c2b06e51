"""From a DataFrame to an altair chart; no Streamlit."""
