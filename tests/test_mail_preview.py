"""The administrator's look at every mail, with made-up facts."""

from desk.accounts.tables import Role
from tests.scenes import fetch
from tests.support import RunningDesk
from tests.test_mails_page import board, plain


async def test_an_administrator_looks_at_every_mail_in_a_frame_that_can_do_nothing(
    desk: RunningDesk,
) -> None:
    _account, visitor = await board(desk, Role.ADMINISTRATOR)
    assert "/mails/preview" in (await visitor.open("/mails"))[1]
    _status, first = await visitor.read("/mails/preview")
    for sample in first["mails"]:
        path = f"/mails/preview?mail={sample}&language=en"
        _status, data = await visitor.read(path)
        page = plain((await visitor.open(path))[1])
        assert data["subject"] in page
        assert "Invented Applicant" in page
        framed = (await fetch(visitor, data["frame"]))[1].decode()
        assert '<html lang="en">' in framed
        assert "Invented Applicant" in framed
    async with visitor.http.get(visitor.base + data["frame"]) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("frame-ancestors 'self'; sandbox")
    assert (await visitor.read("/mails/preview?mail=nothing"))[0] == 422
    assert (await visitor.read("/mails/preview?language=de"))[0] == 422
