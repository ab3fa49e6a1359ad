"""A link that was used, is too old, or never was: what it says, and the way to another."""

from aiohttp import web

from desk.accounts.tables import Account, Purpose
from desk.answers import page
from desk.asks import wants_json
from desk.problems import Problem
from desk.words import _


def dead_link(
    request: web.Request, purpose: Purpose, account: Account | None, token: str
) -> web.Response:
    """The page of a link that works no longer. Raises the Problem link_over for a script."""
    is_confirmed = bool(account and account.confirmed_at)
    detail = _sentence(purpose, is_confirmed)
    if wants_json(request):
        raise Problem(410, "link_over", _("Tautan tidak berlaku lagi"), detail)
    can_be_sent = purpose is Purpose.CONFIRM and account is not None and not is_confirmed
    context = {
        "detail": detail,
        "again_path": f"/confirm/{token}/again" if can_be_sent else None,
        "purpose": purpose.value,
        "is_confirmed": is_confirmed,
    }
    return page(request, "dead_link.html", context, 410)


def _sentence(purpose: Purpose, is_confirmed: bool) -> str:
    if purpose is Purpose.CONFIRM and is_confirmed:
        return _("Alamat email Anda sudah dikonfirmasi. Anda dapat langsung masuk.")
    if purpose is Purpose.INVITE:
        return _("Tautan ini sudah dipakai atau sudah terlalu lama. Minta undangan baru.")
    return _("Tautan ini sudah dipakai atau sudah terlalu lama. Minta tautan baru.")
