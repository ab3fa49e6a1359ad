"""PROTOCOL.md against messages.py, in both directions."""

import re
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from signaling import call, closed_server, door, limits, load, messages, waiting
from signaling.call import LONGEST_WORD
from signaling.messages import SAID, TOLD, Chat, Told, Unheard

PROTOCOL = Path(messages.__file__).with_name("PROTOCOL.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^### `(\w+)` (on|to) `?(/\w+|every namespace)`?$", re.MULTILINE)
FIELD_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)

Table = dict[str, str]  # each field's type


class Key(NamedTuple):
    """Which message, in which direction."""

    name: str
    direction: str
    namespace: str


def documented(text: str) -> dict[Key, Table]:
    """The tables of the document."""
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    tables = {}
    for heading, end in zip(headings, ends, strict=True):
        section = re.split(r"^## ", text[heading.end() : end], flags=re.MULTILINE)[0]
        key = Key(*heading.groups())
        assert key not in tables, f"{key} is described twice"
        tables[key] = {name: kind for name, kind, _meaning in FIELD_ROW.findall(section)}
    return tables


def either(*kinds: Any) -> str:
    return f"{word_of(next(kind for kind in kinds if kind is not types.NoneType))} or null"


def many(kind: Any) -> str:
    if typing.get_origin(kind) is tuple:
        return f"list of {word_of(kind)}"
    return f"[{word_of(kind)}, {word_of(kind)}]"  # a range, low and high


WORDS = {str: "string", int: "integer", float: "number", bool: "boolean"}
WORDS |= {messages.Version: "version"}
COMPOSED: dict[Any, Callable[..., str]] = {
    typing.Union: either,
    types.UnionType: either,
    typing.Literal: lambda *_words: "string",
    tuple: lambda *kinds: f"[{', '.join(map(word_of, kinds))}]",
    list: many,
}


def word_of(kind: Any) -> str:
    """A Python type in the words of the document."""
    if compose := COMPOSED.get(typing.get_origin(kind)):
        return compose(*typing.get_args(kind))
    return WORDS.get(kind, "object")


# `from` is no name that Python allows, and `signal` carries one of its two steps.
ON_THE_WIRE: dict[tuple[type[Told], str], str] = {
    (Chat, "sender"): "from",
    (Chat, "sender_name"): "name",
}


def told_table(told: type[Told]) -> Table:
    hints = typing.get_type_hints(told)
    table = {}
    for field in fields(told):
        word = word_of(hints[field.name])
        if told is messages.Signal and word.endswith(" or null"):
            word = word.replace(" or null", ", optional")
        table[ON_THE_WIRE.get((told, field.name), field.name)] = word
    return table


def said_table(said: type[BaseModel]) -> Table:
    return {
        field.alias or name: word_of(field.annotation).replace(" or null", ", optional")
        for name, field in said.model_fields.items()
    }


def in_code() -> dict[Key, Table]:
    """The tables of messages.py."""
    told = {Key(one.name, "on", one.namespace): told_table(one) for one in TOLD}
    return told | {Key(one.name, "to", one.namespace): said_table(one) for one in SAID}


def differences(text: str) -> Iterator[str]:
    """What the document and the code do not say alike."""
    written, meant = documented(text), in_code()
    for key in written.keys() | meant.keys():
        if written.get(key) != meant.get(key):
            yield f"{key}: written {written.get(key)}, meant {meant.get(key)}"


def test_the_document_and_the_code_say_the_same() -> None:
    assert list(differences(PROTOCOL)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("### `called` on `/waiting`", "### `summoned` on `/waiting`"),
        ("### `called` on `/waiting`", "### `called` on `/call`"),
        ("### `chat` to `/call`", "### `chat` on `/waiting`"),
        ("| `url` | string | path of the call's page |\n", ""),
        ("| `position` | integer |", "| `position` | string |"),
        ("| `wait_s` | [integer, integer] or null |", "| `wait_s` | [integer, integer] |"),
        ("| `text` | string | 1 to 1000", "| `text` | string | x |\n| `to` | string | 1 to 1000"),
        ("| `candidate` | object, optional | `RTC", "| `candidate` | object | `RTC"),
        ("### `load` on `/load`", "### `load` on `/load` and more"),
    ],
)
def test_a_planted_mismatch_is_found(right: str, wrong: str) -> None:
    assert right in PROTOCOL
    assert list(differences(PROTOCOL.replace(right, wrong)))


def test_a_message_that_nobody_described_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Whisper(Told):
        name = "whisper"
        namespace = "/call"

    monkeypatch.setitem(globals(), "TOLD", (*TOLD, Whisper))
    assert any("whisper" in one for one in differences(PROTOCOL))


def test_every_message_of_the_module_is_in_its_lists() -> None:
    classes = [one for one in vars(messages).values() if isinstance(one, type)]
    assert set(TOLD) == {one for one in classes if issubclass(one, Told) and one is not Told}
    said = {one for one in classes if issubclass(one, messages.Said) and one is not messages.Said}
    assert set(SAID) == said


def test_the_limits_are_those_of_the_code() -> None:
    for limit in (
        f"at most {messages.LARGEST_DESCRIPTION} characters",
        f"at most {messages.LARGEST_CANDIDATE} characters",
        f"1 to {messages.LONGEST_CHAT} characters",
        f"0 (no path) to {messages.MOST_BARS}",
        f"at most {messages.LONGEST_RTT_MS} |",
        f"at most {messages.HIGHEST_RATE_KBPS} |",
        f"at most {LONGEST_WORD} characters",
        f"at most {limits.LARGEST_MESSAGE_BYTES // 1024} KiB",
        f"{limits.MESSAGES_EACH_S:.0f} a second, {limits.MESSAGES_AT_ONCE} at once",
        f"at most {limits.DEEPEST} levels",
        f"description | at most {limits.MOST_CANDIDATES} |",
        f"read them | at most {limits.MOST_UNREAD} |",
        f"does not read | {limits.SLOWEST_READER_S:.0f} s |",
        f"no namespace | {limits.LONGEST_OUTSIDE_S:.0f} s |",
        f"in one namespace | at most {limits.MOST_SOCKETS} |",
    ):
        assert limit in PROTOCOL, limit


def test_the_words_of_refusal_are_those_of_the_code() -> None:
    sources = "".join(
        Path(module.__file__ or "").read_text()
        for module in (call, closed_server, door, load, waiting, messages)
    )
    refused = re.findall(r"""(?:ConnectionRefusedError\(|refusal = )"(\w+)\"""", sources)
    errors = re.findall(r"""(?:Unheard\(|"error": |_refuse\(eio_sid, head, )"(\w+)\"""", sources)
    in_sources = {*refused, *errors}
    assert in_sources == {"csrf", "no_ticket", "no_seat", "forbidden"} | {
        "bad_message",
        "not_in_call",
        "peer_absent",
        "too_fast",
        "too_many_candidates",
        "unknown_event",
    }
    for word in in_sources:
        assert f"`{word}` |" in PROTOCOL, word


def test_the_fields_of_a_candidate_are_those_of_the_browser() -> None:
    aliases = {field.alias or name for name, field in messages.SaidCandidate.model_fields.items()}
    assert aliases == {"candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"}
    [row] = re.findall(r"^\| `candidate` \| object, optional \| `candidate` .*$", PROTOCOL, re.M)
    assert all(f"`{alias}`" in row for alias in aliases)


def test_what_is_said_is_relayed_as_it_was_said() -> None:
    for step in (
        {"description": {"type": "answer", "sdp": ""}},
        {"candidate": {"candidate": "a", "sdpMid": "0", "sdpMLineIndex": 1}},
    ):
        said = messages.SaidSignal.parse(step)
        assert said.model_dump(by_alias=True, exclude_none=True) == step


@pytest.mark.parametrize("data", [None, [], "a", 1, {"text": ""}, {"text": "a", "more": 1}])
def test_what_is_no_message_has_one_word(data: Any) -> None:
    with pytest.raises(Unheard, match=r"^bad_message$"):
        messages.SaidChat.parse(data)
