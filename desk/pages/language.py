"""Choosing the language that the desk speaks, to this browser and to who is signed in."""

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import update

from desk.accounts.sessions import Identity
from desk.accounts.tables import Account
from desk.answers import done_answer
from desk.asks import Done, OwnPath, parse, read_body
from desk.authority import Action, may
from desk.cookies import set_language
from desk.dispatch import who_asks
from desk.keys import DATABASE
from desk.language import Language
from desk.retrying import persistent


class LanguageChoice(BaseModel):
    """The language, and the page on which it was chosen."""

    language: Language
    next: OwnPath = "/"


async def choose_language(request: web.Request) -> web.StreamResponse:
    """POST /language, back to the page it came from; a visitor's choice lies in their browser."""
    identity = await who_asks(request)
    choice = parse(LanguageChoice, await read_body(request))
    if identity and may(identity, Action.CHOOSE_LANGUAGE):
        await _keep(request, identity, choice.language)
    body = {"language": choice.language.value, "url": choice.next}
    response = done_answer(request, Done(body, choice.next))
    set_language(request, response, choice.language)
    return response


@persistent
async def _keep(request: web.Request, identity: Identity, language: Language) -> None:
    own = update(Account).where(Account.id == identity.id)
    async with request.app[DATABASE].writing() as session:
        await session.execute(own.values(language=language))
