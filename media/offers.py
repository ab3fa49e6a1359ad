"""What an offer must be for a leg to come of it."""

from collections.abc import Sequence

from aiortc.sdp import MediaDescription, SessionDescription

from media.candidates import Network, NoCandidates, kept

LARGEST_OFFER = 32 * 1024
FORMATS = {"video": "video/VP8", "audio": "audio/opus"}


class BadOffer(Exception):
    """An offer that is not taken. `word`: bad_offer, not_vp8, no_candidates."""

    def __init__(self, word: str) -> None:
        """Say why, in one stable word."""
        super().__init__(word)
        self.word = word


def checked(offer: str, allowed: Sequence[Network]) -> tuple[str, list[str]]:
    """The offer without the candidates that may not be sent to, and the kinds of its tracks.

    One picture, one sound, or both, and nothing else. Raises BadOffer.
    """
    if len(offer) > LARGEST_OFFER:
        raise BadOffer("bad_offer")
    try:
        media = SessionDescription.parse(offer).media
    # aiortc's parser fails in many ways, and each says the same.
    except Exception as error:
        raise BadOffer("bad_offer") from error
    kinds = [one.kind for one in media]
    if not kinds or len(set(kinds)) < len(kinds) or not all(map(_is_usable, media)):
        raise BadOffer("bad_offer")
    if not all(map(_has_our_format, media)):
        raise BadOffer("not_vp8")
    try:
        return kept(offer, allowed), kinds
    except NoCandidates as error:
        raise BadOffer("no_candidates") from error


def _is_usable(media: MediaDescription) -> bool:
    return (
        media.kind in FORMATS
        and media.direction in ("sendonly", "sendrecv")
        and media.rtcp_mux
        and media.dtls is not None
        and bool(media.dtls.fingerprints)
        and media.ice is not None
        and bool(media.ice.usernameFragment and media.ice.password)
    )


def _has_our_format(media: MediaDescription) -> bool:
    offered = {codec.mimeType.lower() for codec in media.rtp.codecs}
    return FORMATS[media.kind].lower() in offered
