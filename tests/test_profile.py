"""/profile: the NIP or NRP is checked by its service, kept masked, and looked at by verifiers."""

from sqlalchemy import update

from desk.access.tables import Access, AccessState
from desk.accounts.names import masked
from desk.accounts.tables import Account
from tests.scenes import count, enter, in_call, is_problem, value
from tests.support import RunningDesk

NIK, NIP, PPPK = "3273014107900001", "199007012019032001", "199007012022212001"
SENTENCE = "Angka ke-13 dan ke-14 NIP tidak sesuai dengan jenis pegawainya."


def test_a_short_number_is_masked_too() -> None:
    assert masked(NIP) == "1990••••••••••2001"
    assert [masked(number) for number in ("90071234", "12345/P", "1234")] == [
        "90••••34",
        "1•••••P",
        "1••4",
    ]


async def test_the_profile_shows_who_one_is_and_takes_the_number(desk: RunningDesk) -> None:
    account = await desk.people.newcomer()
    async with desk.database.writing() as session:
        about = {"identity_number": NIK, "phone": "+6281234567890"}
        await session.execute(update(Account).where(Account.id == account.id).values(about))
    visitor = await enter(desk, account)
    page = (await visitor.open("/profile"))[1]
    for words in (
        account.name, account.email, "+6281234567890", "3273••••••••0001", "Daftar Sebagai ASN",
        "NIP/NRP", "Simpan", "Pengaturan Identitas Digital dan Profil", "Belum terdaftar",
    ):  # fmt: skip
        assert words in page, words
    assert NIK not in page

    # What is wrong stands beside the field and in the summary, and nothing typed is lost.
    status, page = await visitor.send("/profile", service="tni", employee_number="123")
    assert status == 422
    assert 'value="123"' in page
    assert '<option value="tni" selected>' in page
    assert page.count("NRP TNI terdiri atas 4 sampai 20 angka") == 2
    for service, number in (("pns", "12345678"), ("pppk", "199007012022142001"), ("polri", "12A")):
        sent = {"service": service, "employee_number": number}
        is_problem(await visitor.act("/profile", sent), 422, "invalid_input")
    is_problem(await visitor.act("/profile", {"service": "none"}), 422, "invalid_input")
    assert await count(desk.database, "account", "employee_number IS NOT NULL") == 0

    typed = "19900701 201903 2 001"
    status, location = await visitor.send("/profile", service="pns", employee_number=typed)
    assert (status, location) == (303, "/profile?done=1")
    page = (await visitor.open(location))[1]
    assert "NIP/NRP Anda sudah disimpan." in page
    assert "1990••••••••••2001" in page
    assert NIP not in page
    assert await value(desk.database, "SELECT employee_number FROM account") == NIP


async def test_the_log_has_each_change_once_and_masked(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.newcomer())
    for number in (NIP, NIP, PPPK):
        sent = {"service": "pppk", "employee_number": number}
        assert (await visitor.act("/profile", sent))[0] == 200
    kept = "act = 'employee_number_kept'"
    assert await count(desk.database, "audit_entry", kept) == 2
    said = await value(
        desk.database, f"SELECT max(CAST(detail AS TEXT)) FROM audit_entry WHERE {kept}"
    )
    assert NIP not in said
    assert PPPK not in said
    assert "pppk" in said
    assert (await visitor.read("/profile"))[1]["employee"]["warnings"] == []
    await visitor.act("/profile", {"service": "pns", "employee_number": PPPK})
    assert (await visitor.read("/profile"))[1]["employee"]["warnings"] == [SENTENCE]


async def test_after_the_approval_the_number_is_the_next_step(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = await enter(desk, applicant.account)
    async with desk.database.writing() as session:
        await session.execute(update(Access).values(state=AccessState.APPROVED))
    assert (await visitor.read("/"))[1]["next_step"]["kind"] == "approved"
    async with desk.database.writing() as session:
        await session.execute(update(Account).values(employee_number=None))
    assert (await visitor.read("/"))[1]["next_step"]["kind"] == "unregistered"
    page = (await visitor.open("/"))[1]
    assert "Daftar Sebagai ASN" in page
    assert page.count('href="/profile"') == 3
    # Whoever is in no service has no number to give.
    async with desk.database.writing() as session:
        await session.execute(update(Access).values(rank="-"))
    assert (await visitor.read("/"))[1]["next_step"]["kind"] == "approved"


async def test_what_is_odd_about_the_numbers_reaches_the_verifier(desk: RunningDesk) -> None:
    call = await in_call(desk)
    other = {"service": "pns", "employee_number": "198907011988031001"}
    assert (await call.applicant.act("/profile", other))[0] == 200
    applicant = (await call.verifier.read(call.page))[1]["applicant"]
    assert applicant["warnings"] == [
        "Menurut NIP, pengangkatan terjadi sebelum umur 18 tahun.",
        "Tanggal lahir dalam NIP berbeda dari profil.",
        "Jenis kelamin dalam NIP berbeda dari profil.",
    ]
    page = (await call.verifier.open(call.page))[1]
    for warning in applicant["warnings"]:
        assert warning in page
    polri = {"service": "polri", "employee_number": "90071234"}
    assert (await call.applicant.act("/profile", polri))[0] == 200
    shown = (await call.verifier.read(call.page))[1]["applicant"]
    assert (shown["employee_label"], shown["employee_masked"]) == ("NRP Polri", "90••••34")
    assert shown["warnings"] == []
