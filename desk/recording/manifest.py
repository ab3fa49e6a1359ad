"""The manifest of a recording: everything that is known of it, in one signed text.

Its hash stands in the audit log too, so that neither it nor its row can be exchanged unseen.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from desk.keyring import derive, keyed_hash
from desk.recording.tables import Recording, RecordingSegment, RecordingState

VERSION = 1


def written(
    recording: Recording,
    segments: list[RecordingSegment],
    people: dict[str, str],
    made: dict[str, Any],
    state: RecordingState,
) -> str:
    """The manifest as canonical JSON: the same facts always give the same text.

    `people` are the ids of both sides' accounts, `made` is what `media.finishing` gave, `state` is
    how the recording stands from now on.
    """
    return canonical(
        {
            "version": VERSION,
            "recording": recording.id,
            "state": state,
            "call": recording.call,
            "access": recording.access,
            "consent": recording.consent,
            "people": people,
            "started_at": recording.started_at,
            "ended_at": recording.ended_at,
            "retention": recording.retention,
            "segments": [_described(segment, made["found"]) for segment in segments],
            "sides": made["sides"],
        }
    )


def _described(segment: RecordingSegment, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "side": segment.side,
        "number": segment.number,
        "file": segment.file,
        "recorder": segment.recorder,
        "state": segment.state,
        "started_at": segment.started_at,
        "ended_at": segment.ended_at,
        "sha256": segment.sha256,
        "plain_bytes": segment.plain_bytes,
        "facts": segment.facts,
        "found": found.get(segment.file),
    }


def given_way(facts: dict[str, Any]) -> dict[str, list[str]]:
    """By a manifest, the segments that a side's file stands for, by that file.

    A segment stays that was cut or torn, for what lies behind its last frame, and one that is not
    what its recorder has closed.
    """
    held = {file: side["file"] for side in facts["sides"].values() for file in side["holds"]}
    found: dict[str, list[str]] = {}
    for one in facts["segments"]:
        is_same = one["file"] in held and is_whole(one["sha256"], one["found"])
        if is_same and one["found"]["contents"]["is_all"]:
            found.setdefault(held[one["file"]], []).append(one["file"])
    return found


def is_whole(closed_sha256: str | None, found: dict[str, Any] | None) -> bool:
    """Whether a file is what its recorder closed; one that died could not tell its hash."""
    if not found or found["state"] != "whole":
        return False
    return closed_sha256 in {None, found["sha256"]}


def canonical(facts: dict[str, Any]) -> str:
    """JSON in one form: keys sorted, no spaces, moments in ISO 8601."""
    return json.dumps(
        facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_as_json
    )


def _as_json(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def signature(secret: str, purpose: str, text: str) -> str:
    """The desk's signature; `purpose` keeps a manifest from passing for a certificate."""
    return keyed_hash(derive(secret, purpose), text.encode())


def is_signed(secret: str, purpose: str, text: str | None, by: str | None) -> bool:
    """Whether this text is what the desk signed."""
    expected = signature(secret, purpose, text or "")
    return bool(text and by) and hmac.compare_digest(expected, by or "")
