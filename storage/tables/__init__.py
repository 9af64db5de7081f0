"""The tables of the archive, a module a room that owns them; one MetaData.

The shape of a released archive is made by `storage/migrations`, never from here: a test holds the two equal.
"""

from storage.tables import collecting, coverage, delivery, facts, people, register, upkeep
from storage.tables.columns import metadata

__all__ = ["collecting", "coverage", "delivery", "facts", "metadata", "people", "register", "upkeep"]
