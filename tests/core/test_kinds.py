"""The fact contract holds together: names, keys, columns."""

from __future__ import annotations

import pytest

from siyu.core.kinds import (
    CHANNELS,
    CHANNELS_OF_RELATION,
    GRANTED_CHANNELS,
    KINDS,
    MEMBER_RELATIONS,
    PUSH_CHANNELS,
    Kind,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_fields_are_named_once_and_explained(kind: Kind):
    names = [field.name for field in kind.fields]
    assert len(set(names)) == len(names)
    assert kind.meaning.endswith(".")
    assert all(field.meaning.endswith(".") for field in kind.fields)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_key_is_made_of_its_own_columns(kind: Kind):
    known = {field.name for field in kind.fields} | set(kind.person_columns)
    assert set(kind.key) <= known, kind.key


def test_channels_named_anywhere_are_channels():
    opened = {channel for channels in CHANNELS_OF_RELATION.values() for channel in channels}
    assert opened | set(GRANTED_CHANNELS) | set(PUSH_CHANNELS) <= set(CHANNELS)
    assert set(MEMBER_RELATIONS) <= set(CHANNELS_OF_RELATION)
