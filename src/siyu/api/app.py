"""The application: every address of a site, the guard before them, the answers to what is refused."""

from __future__ import annotations

from litestar import Litestar, Router

from siyu.api import health, metrics, preferences, reading
from siyu.api.access import Access
from siyu.api.admin import routes as admin
from siyu.api.collect import routes as collect
from siyu.api.collect.collector import Collector
from siyu.api.reference.openapi import config, openapi_json
from siyu.api.refusals import HANDLERS
from siyu.api.site import Site
from siyu.api.webhooks import routes as webhooks
from siyu.api.webhooks.receiver import Receiver


def application(site: Site) -> Litestar:
    """All routers of a site."""
    collector = Collector(site.keyring, site.writer, site.now)
    receiver = Receiver(site.workspace, site.writer, site.now)
    return Litestar(
        [
            Router("/", route_handlers=[collect.router(collector), webhooks.router(receiver)], opt={"access": "own"}),
            health.router(site),
            metrics.router(site),
            reading.router(site),
            preferences.router(site),
            admin.router(site),
            Router("/", route_handlers=[openapi_json], opt={"access": "open"}),
        ],
        guards=[Access(site)],
        exception_handlers=HANDLERS,
        openapi_config=config(),
        logging_config=None,
    )
