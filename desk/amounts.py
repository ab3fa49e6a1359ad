"""Numbers as the language being spoken writes them."""

from babel.numbers import format_decimal

from desk.language import spoken


def number(amount: float) -> str:
    """ "1.500" or "12,5" in Indonesian, "1,500" or "12.5" in English: as many places as it has."""
    return format_decimal(amount, locale=spoken())


def decimal(amount: float) -> str:
    """With one decimal: "8,4" in Indonesian, "8.4" in English."""
    return format_decimal(amount, "#,##0.0", locale=spoken())
