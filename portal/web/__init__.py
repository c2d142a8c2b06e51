"""ASGI middleware and routes: sessions, headers, health."""
