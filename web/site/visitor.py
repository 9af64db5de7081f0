"""Who asks: an account behind a browser or an API key."""

from __future__ import annotations

from dataclasses import dataclass

from storage.people.accounts import Account, Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """An account that asks, through a browser (`csrf`) or with an API key (`scopes`)."""

    account: Account
    csrf: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what the pages call the account."""
        return self.account.name or self.account.email

    def may(self, role: Role) -> bool:
        """Return whether the account's role includes `role`."""
        return self.account.may(role)
