"""Panels: each answers one question of the page. `SECTIONS` (sections.py) is their order."""
