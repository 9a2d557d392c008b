"""Which field the place of a schedule names: `Mill Park, Field 2`, a field's own name, or a site's with more behind it. Pure."""

from collections.abc import Iterable, Mapping

from youthprog.core.text import fold
from youthprog.leagues.imports.columns import squeeze

MARKS = (", ", " - ", " – ", " / ", ": ", " | ")


def site_and_field(place: str) -> tuple[str, str]:
    """The site and the field that a place names: `Mill Park, Field 2`. A place in one piece is both."""
    for mark in MARKS:
        site, found, field = (part.strip() for part in place.partition(mark))
        if found and site and field:
            return site, field
    return place, place


class KnownFields:
    """The sites and fields that are here, by what they are called. Of two fields of one name the first noted counts."""

    def __init__(self, sites: Mapping[int, str], fields: Iterable[tuple[int, int, str]]):
        self.sites = dict(sites)
        self.fields: dict[str, int] = {}
        self.of_site: dict[tuple[int, str], int] = {}
        for venue_id, site_id, name in fields:
            self.note(venue_id, site_id, name)

    def note(self, venue_id: int, site_id: int, name: str) -> None:
        """Know one more field."""
        self.of_site[site_id, squeeze(name)] = venue_id
        for called in (name, f"{self.sites[site_id]} {name}"):
            self.fields.setdefault(squeeze(called), venue_id)

    def find(self, place: str) -> int | None:
        """The field of a place, if it is here."""
        known = self.fields.get(squeeze(place)) if place else None
        if known is None and place:
            site_id, name = self.site_of(place)
            known = self.of_site.get((site_id, squeeze(name))) if site_id is not None else None
        return known

    def site_of(self, place: str) -> tuple[int | None, str]:
        """The site that is here and the rest of the name; no site and the field's name when none is."""
        site, field = site_and_field(place)
        for site_id, name in self.sites.items():
            if squeeze(name) == squeeze(site):
                return site_id, field
        longest = max(self.sites.items(), key=lambda pair: len(pair[1]) if _begins(place, pair[1]) else 0, default=None)
        if longest is not None and _begins(place, longest[1]):
            return longest[0], place[len(longest[1]) :].strip(" ,.-–/:|#()") or place
        return None, field


def _begins(place: str, site: str) -> bool:
    """Whether a place goes on after the name of a site, at the end of a word."""
    return len(place) > len(site) and fold(place).startswith(fold(site)) and not place[len(site)].isalnum()
