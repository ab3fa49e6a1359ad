"""The accounts of the staff: invited, given another role, let in no longer."""

import asyncio
import html
import re
from datetime import UTC, datetime

import pytest

from desk.accounts.links import LASTS
from desk.accounts.tables import Account, Purpose, Role
from desk.schedule.tables import Slot
from tests.post import outbox
from tests.scenes import count, enter, in_call, is_problem, nothing_changes, value
from tests.support import PASSWORD, RunningDesk, Visitor
from tests.test_signup import account_of, link_in_mail, newest_mail, press, sign_up, signs_in

NEW = "gunung batu di tepi laut"
WHO = {"name": "Yohana Rumbewas", "email": "yohana@contoh.test", "role": "verifier"}


async def administrator(desk: RunningDesk) -> tuple[Account, Visitor]:
    account = await desk.people.staff(Role.ADMINISTRATOR, "Admin Utama")
    return account, await enter(desk, account)


async def test_an_invited_verifier_chooses_a_password_and_begins(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    status, page = await admin.send("/staff", **(WHO | {"email": " Yohana@CONTOH.test"}))
    account = await account_of(desk, WHO["email"])
    assert (status, page) == (303, f"/staff/{account.id}")
    assert (account.role, account.desk_number, account.confirmed_at) == (Role.VERIFIER, 2, None)
    mail = await newest_mail(desk)
    assert mail.subject == "Undangan ke Meja Verifikasi"
    assert "bertugas sebagai Verifikator" in mail.text_body
    assert "Jumat, 27 November 2026, 08.00 WIB" in mail.text_body
    assert "Diundang" in (await admin.open("/staff"))[1]
    path, _token = await link_in_mail(desk)
    assert await signs_in(desk, "", account.email) == 401
    assert (await press(desk, path, password=NEW))[0] == 303
    assert await signs_in(desk, NEW, account.email) == 303
    assert "Diundang" not in (await admin.open("/staff"))[1]
    assert await count(desk.database, "audit_entry", "act = 'account_invited'") == 1


async def test_an_invitation_ends_after_three_days_and_can_be_sent_again(
    desk: RunningDesk,
) -> None:
    _account, admin = await administrator(desk)
    _status, url = await admin.send("/staff", **WHO)
    path, _token = await link_in_mail(desk)
    desk.clock.forward(seconds=LASTS[Purpose.INVITE].total_seconds() - 1)
    status, page = await desk.visitor().open(path)
    assert status == 410
    assert "Minta undangan baru." in page
    admin = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    assert await admin.send(f"{url}/invite") == (303, url)
    fresh, _token = await link_in_mail(desk)
    assert (await press(desk, fresh, password=NEW))[0] == 303
    async with nothing_changes(desk):
        is_problem(await admin.act(f"{url}/invite"), 409, "not_invited")


async def test_an_address_that_has_an_account_is_not_invited(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    applicant = (await desk.people.applicant()).account
    async with nothing_changes(desk):
        status, page = await admin.send("/staff", **(WHO | {"email": applicant.email}))
    assert status == 422
    assert html.unescape(page).count("Alamat ini sudah memiliki akun.") == 2
    assert f'value="{WHO["name"]}"' in page


async def test_what_is_wrong_in_the_invitation_stands_beside_it(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    async with nothing_changes(desk):
        status, page = await admin.send("/staff", name=" ", email="yohana", role="verifier")
        assert (await admin.send("/staff", **(WHO | {"role": "applicant"})))[0] == 422
    assert status == 422
    assert '<a href="#name">' in page
    assert '<a href="#email">' in page


async def test_a_strangers_sign_up_does_not_stand_in_the_way(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    await sign_up(desk, email=WHO["email"], password="kata sandi penyusup itu")
    planted, _token = await link_in_mail(desk)
    assert (await admin.send("/staff", **WHO))[0] == 303
    assert (await desk.visitor().open(planted))[0] == 410
    account = await account_of(desk, WHO["email"])
    assert (account.name, account.role, account.phone) == (WHO["name"], Role.VERIFIER, None)
    assert await signs_in(desk, "kata sandi penyusup itu", account.email) == 401


async def test_two_invitations_at_once_make_one_account(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    answers = await asyncio.gather(*(admin.send("/staff", **WHO) for _one in range(3)))
    assert {status for status, _url in answers} == {303}
    assert await count(desk.database, "account") == 2
    assert await count(desk.database, "mail_link", "used_at IS NULL") == 1
    assert len(await outbox(desk.database)) == 3


async def test_a_disabled_verifier_is_out_and_the_call_back_in_line(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    account, admin = await administrator(desk)
    url = f"/staff/{scene.verifier_account.id}"
    async with nothing_changes(desk):
        is_problem(await admin.act(f"{url}/disable"), 422, "not_confirmed")
    assert await admin.send(f"{url}/disable", confirmed="yes") == (303, f"{url}?moved=0")
    is_problem(await scene.verifier.read("/desk"), 401, "not_signed_in")
    state = f"SELECT state FROM ticket WHERE id = '{scene.ticket}'"
    assert await value(desk.database, state) == "waiting"
    assert await signs_in(desk, PASSWORD, scene.verifier_account.email) == 401
    assert "Dinonaktifkan" in (await admin.open(url))[1]
    actor = "SELECT actor FROM audit_entry WHERE act = 'account_disabled'"
    assert await value(desk.database, actor) == account.id
    assert await admin.send(f"{url}/enable") == (303, f"{url}?moved=0")
    assert await signs_in(desk, PASSWORD, scene.verifier_account.email) == 303


async def test_another_role_ends_the_sessions_and_a_verifier_gets_a_number(
    desk: RunningDesk,
) -> None:
    _account, admin = await administrator(desk)
    supervisor = await desk.people.staff(Role.SUPERVISOR)
    async with desk.database.writing() as session:
        (await session.merge(supervisor)).desk_number = None
    visitor = await enter(desk, supervisor)
    url = f"/staff/{supervisor.id}"
    assert await admin.send(f"{url}/role", role="verifier") == (303, f"{url}?moved=0")
    is_problem(await visitor.read("/supervisor"), 401, "not_signed_in")
    changed = await account_of(desk, supervisor.email)
    assert (changed.role, changed.desk_number) == (Role.VERIFIER, 2)
    is_problem(await admin.act(f"{url}/role", {"role": "applicant"}), 422, "invalid_input")


@pytest.mark.parametrize(
    ("act", "body"), [("role", {"role": "verifier"}), ("disable", {"confirmed": "yes"})]
)
async def test_nobody_shuts_themselves_out(
    desk: RunningDesk, act: str, body: dict[str, str]
) -> None:
    account, admin = await administrator(desk)
    async with nothing_changes(desk):
        is_problem(await admin.act(f"/staff/{account.id}/{act}", body), 409, "own_account")
    _status, page = await admin.open(f"/staff/{account.id}")
    assert "Ini akun Anda sendiri." in page
    assert not re.search(rf'action="/staff/{account.id}', page)


async def test_an_applicant_is_none_of_the_staff(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    applicant = (await desk.people.applicant()).account
    is_problem(await admin.read(f"/staff/{applicant.id}"), 404, "not_found")
    _status, data = await admin.read("/staff")
    assert [one["role"] for one in data["people"]] == ["administrator"]


async def seats_at(desk: RunningDesk, at: datetime) -> tuple[int, int]:
    """The seats of a slot, and how many of them are taken."""
    async with desk.database.reading() as session:
        slot = await session.get_one(Slot, at)
        return slot.capacity, slot.taken


async def test_seats_go_and_come_with_a_verifier_at_once(desk: RunningDesk) -> None:
    _account, admin = await administrator(desk)
    stays, goes = await desk.people.staff(), await desk.people.staff()
    at = datetime(2026, 11, 25, 1, 45, tzinfo=UTC)  # Wednesday, 08.45 WIB: three seats
    booked = []
    for _one in range(3):
        desk.clock.forward(minutes=1)
        who = await desk.people.applicant()
        wanted = {"starts_at": at.isoformat()}
        visitor = await enter(desk, who.account)
        assert (await visitor.act(f"/meetings/{who.meeting.id}/times", wanted))[0] == 200
        booked.append(who)
    url = f"/staff/{goes.id}"
    assert await seats_at(desk, at) == (3, 3)
    async with nothing_changes(desk):
        _status, page = await admin.open(url)
        assert (await admin.read(url))[1]["losing"] == 2
    assert "Jika petugas ini tidak lagi melayani, 2 jadwal pemohon" in page
    assert await admin.send(f"{url}/disable", confirmed="yes") == (303, f"{url}?moved=2")
    assert "2 jadwal pemohon dipindahkan" in (await admin.open(f"{url}?moved=2"))[1]
    # Whoever applied first keeps the time; the others are told of theirs.
    assert await seats_at(desk, at) == (1, 1)
    moved = [mail.recipient for mail in await outbox(desk.database) if mail.kind == "moved"]
    assert [moved.count(who.account.email) for who in booked] == [1, 2, 2]  # the first by hand
    assert await count(desk.database, "slot", "taken > capacity") == 0
    assert await admin.send(f"{url}/enable") == (303, f"{url}?moved=0")
    assert await seats_at(desk, at) == (3, 1)
    assert await admin.send(f"{url}/role", role="supervisor") == (303, f"{url}?moved=0")
    assert (await admin.read(url))[1]["losing"] is None
    assert await seats_at(desk, at) == (1, 1)
    # An invited verifier has seats from the moment in which they can sign in.
    desk.clock.forward(minutes=1)
    await admin.send("/staff", **WHO)
    path, _token = await link_in_mail(desk)
    assert await seats_at(desk, at) == (1, 1)
    await press(desk, path, password=NEW)
    assert await seats_at(desk, at) == (3, 1)
    log = "act = 'schedule_changed' AND subject = 'staff'"
    assert await count(desk.database, "audit_entry", log) == 3
    for verifier in (stays, await account_of(desk, WHO["email"])):
        await admin.act(f"/staff/{verifier.id}/disable", {"confirmed": "yes"})
    page = (await admin.open(f"{url}?moved=0&unplaced=3"))[1]
    assert "3 pemohon belum mendapat jadwal baru." in page
    assert len((await admin.read("/schedule/unplaced"))[1]["waiting"]) == 3
