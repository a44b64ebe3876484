"""Names that two measures may not share: a topic's name, and a code with its version."""

from __future__ import annotations

from siyu.measures.metric import Registry
from siyu.measures.own.ownfile import OwnFile


def clashes(built_in: Registry, files: list[OwnFile]) -> list[str]:
    """A mistake for every name taken before, by siyu or by a file read earlier."""
    topics = {topic.name: "siyu" for topic in built_in.topics}
    codes = {(entry["code"], entry["version"]): "siyu" for entry in built_in.entries()}
    found = []
    for file in files:
        for topic in file.topics:
            found += [_topic(file.name, topic.name, topics[topic.name])] if topic.name in topics else []
            topics.setdefault(topic.name, file.name)
        for key in file.codes():
            found += [_code(file.name, key, codes[key])] if key in codes else []
            codes.setdefault(key, file.name)
    return found


def _topic(file: str, name: str, owner: str) -> str:
    return f"{file}: the topic '{name}' is {owner}'s already; give yours another name"


def _code(file: str, key: tuple[str, str], owner: str) -> str:
    code, version = key
    return (f"{file}: '{code}' of version '{version}' is {owner}'s already; an alternative definition has the same "
            "code and a version of its own")  # fmt: skip
