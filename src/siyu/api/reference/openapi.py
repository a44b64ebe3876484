"""The description of all addresses (OpenAPI 3.1), and the two addresses where it stands."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from litestar import MediaType, Request, Response, Router, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Reference, SecurityScheme, Tag

from siyu.api.reference.page import page
from siyu.api.reference.words import LANGUAGES

SCHEMES: dict[str, SecurityScheme | Reference] = {
    "basic": SecurityScheme(type="http", scheme="basic", description="The key as user, no password."),
    "bearer": SecurityScheme(type="http", scheme="bearer", description="The key."),
}
TAGS = [
    Tag("collect", "Events of web pages, apps and servers, in the format that Segment's clients speak."),
    Tag("webhooks", "What other systems send by themselves; each delivery is signed."),
    Tag("preferences", "What a person agreed to, for whoever holds their link."),
    Tag("read", "Measures and tables, for a key that reads."),
    Tag("admin", "Keys, hooks, the rights of people and the audit, for a key that administers."),
    Tag("operation", "Whether all is well, for those who look after the server."),
]


class Page(OpenAPIRenderPlugin):
    """The page for people, in the language of `?lang`, or of the browser."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return page(openapi_schema, language(request)).encode()


def config() -> OpenAPIConfig:
    """For the application: `Litestar(openapi_config=config())`."""
    router = Router("/docs", route_handlers=[], include_in_schema=False, opt={"access": "open"})
    return OpenAPIConfig(
        "siyu", version("siyu"), description="What can be asked of siyu over HTTP.", openapi_router=router,
        components=Components(security_schemes=SCHEMES), tags=TAGS, render_plugins=[Page(), JsonRenderPlugin()],
    )  # fmt: skip


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The description for programs."""
    return Response(request.app.openapi_schema.to_schema(), media_type="application/vnd.oai.openapi+json")


def language(request: Request[Any, Any, Any]) -> str:
    """zh or en: asked for, or the first of the browser's that we have, or Chinese."""
    asked = request.query_params.get("lang", "")
    accepted = [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((lang for lang in (asked, *accepted) if lang in LANGUAGES), LANGUAGES[0])
