"""How somebody is reached: telephone and e-mail."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from desk.formats.checked import Checked, Malformed

LONGEST_EMAIL = 254
# What mail servers of today take, and no more: no quoted names, no addresses of numbers.
EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
)
LONGEST_NAME = 64


def check_phone(text: str) -> Checked[str]:
    """A number in the form of E.164, as dialled in Indonesia or with its +. Raises Malformed."""
    try:
        number = phonenumbers.parse(text, "ID")
    except NumberParseException:
        raise Malformed("phone_unusable") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise Malformed("phone_unusable")
    return Checked(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def check_email(text: str) -> Checked[str]:
    """An address in lower case, as accounts are known by. Raises Malformed."""
    address = text.strip().lower()
    name = address.partition("@")[0]
    if len(address) > LONGEST_EMAIL or len(name) > LONGEST_NAME or not EMAIL.fullmatch(address):
        raise Malformed("email_unusable")
    return Checked(address)
