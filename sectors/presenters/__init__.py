"""From readings to what a template prints: the stored board (`board_payload`) and the cards drawn from it."""

from sectors.presenters.cards import cards_from_payload
from sectors.presenters.payload import board_payload

__all__ = ["board_payload", "cards_from_payload"]
