"""NIB: the number under which a company is registered (OSS)."""

from desk.formats.checked import Checked, digits_of

LENGTH = 13


def check_nib(text: str) -> Checked[str]:
    """A NIB of 13 digits. Raises Malformed."""
    return Checked(digits_of(text, (LENGTH,), "nib_length"))
