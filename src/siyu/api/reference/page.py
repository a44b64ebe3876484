"""The page `/docs`: the description of all addresses as one document without scripts, drawn from its OpenAPI schema."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from siyu.api.reference.words import told

HERE = Path(__file__).parent
METHODS = ("get", "post", "put", "patch", "delete")
#: Where a field stands whose schema is that of a list's items.
EACH = "[]"


@dataclass(frozen=True)
class Field:
    """A parameter, or a member of a body. place: path, query, header or body."""

    name: str
    place: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class Operation:
    """One address and method. answers: (status, meaning); example: a body."""

    id: str
    method: str
    path: str
    summary: str
    meaning: str
    fields: list[Field]
    answers: list[tuple[str, str]]
    example: str


@dataclass(frozen=True)
class Group:
    """Operations with one tag."""

    name: str
    meaning: str
    operations: list[Operation]


@dataclass(frozen=True)
class Page:
    """All that the template shows."""

    title: str
    version: str
    meaning: str
    schemes: list[tuple[str, str]]
    groups: list[Group]


def page(schema: dict[str, Any], lang: str) -> str:
    """The document in a language (zh or en)."""
    style = (HERE / "static" / "reference.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _template().render(page=read(schema), lang=lang, told=partial(told, lang=lang), style=Markup(style),
                              policy=policy)  # fmt: skip


def read(schema: dict[str, Any]) -> Page:
    """What a schema says, as the page shows it."""
    info, schemes = schema["info"], schema.get("components", {}).get("securitySchemes", {})
    told_of = [(name, scheme.get("description", "")) for name, scheme in schemes.items()]
    return Page(info["title"], info["version"], info.get("description", ""), told_of, _groups(schema))


def _groups(schema: dict[str, Any]) -> list[Group]:
    """Operations under their tags, the declared tags first."""
    addresses = [(path, method, item[method]) for path, item in sorted(schema["paths"].items())
                 for method in METHODS if method in item]  # fmt: skip
    operations = [_operation(schema, *address) for address in addresses]
    meanings = {tag["name"]: tag.get("description", "") for tag in schema.get("tags", [])}
    tags = dict.fromkeys([*meanings, *(tag for tag, _ in operations)])
    groups = [Group(tag, meanings.get(tag, ""), [o for of, o in operations if of == tag]) for tag in tags]
    return [group for group in groups if group.operations]


def _operation(schema: dict[str, Any], path: str, method: str, found: dict[str, Any]) -> tuple[str, Operation]:
    """The operation under its tag."""
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = [*(_parameter(p) for p in found.get("parameters", [])), *_members(schema, body, "")]
    answers = [(status, answer["description"]) for status, answer in sorted(found["responses"].items())]
    operation = Operation(found["operationId"], method.upper(), path, found.get("summary", ""),
                          found.get("description", ""), fields, answers, _example(schema, body))  # fmt: skip
    return (found.get("tags") or [""])[0], operation


def _parameter(found: dict[str, Any]) -> Field:
    return Field(found["name"], found["in"], _type(found.get("schema", {})), bool(found.get("required")),
                 found.get("description", ""))  # fmt: skip


def _members(schema: dict[str, Any], found: dict[str, Any], prefix: str) -> Iterator[Field]:
    """The members of an object, those of the objects inside it included."""
    found = _resolved(schema, found)
    for name, member in found.get("properties", {}).items():
        member = _resolved(schema, member)
        required = name in found.get("required", [])
        yield Field(f"{prefix}{name}", "body", _type(member), required, member.get("description", ""))
        inner, mark = (member["items"], EACH) if "items" in member else (member, "")
        yield from _members(schema, inner, f"{prefix}{name}{mark}.")


def _resolved(schema: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in found:
        return found
    return schema["components"]["schemas"][found["$ref"].rsplit("/", 1)[1]]


def _type(found: dict[str, Any]) -> str:
    if "enum" in found:
        return " | ".join(map(str, found["enum"]))
    alternatives = [_type(one) for one in (*found.get("oneOf", []), *found.get("anyOf", []))]
    named = found.get("type", "object" if "$ref" in found else "")
    return " | ".join(alternatives) or (named if isinstance(named, str) else " | ".join(named))


def _example(schema: dict[str, Any], found: dict[str, Any]) -> str:
    """A body made of the examples its members carry; '' if none does."""
    made = _made(schema, found)
    return json.dumps(made, ensure_ascii=False, indent=2) if made else ""


def _made(schema: dict[str, Any], found: dict[str, Any]) -> Any:
    found = _resolved(schema, found)
    if "items" in found:
        return [one] if (one := _made(schema, found["items"])) else None
    if "properties" in found:
        members = {name: _made(schema, member) for name, member in found["properties"].items()}
        return {name: value for name, value in members.items() if value is not None} or None
    return next(iter(found.get("examples", [])), None)


@cache
def _template() -> Template:
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("reference.html")
