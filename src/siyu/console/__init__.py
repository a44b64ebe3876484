"""Web pages and reports: pages, charts, templates, locale."""
