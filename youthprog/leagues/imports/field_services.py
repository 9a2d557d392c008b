"""The field that the place of a schedule names: one that is here, or a new one. Never commits."""

from datetime import datetime

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.text import fold
from youthprog.leagues.imports.columns import squeeze
from youthprog.leagues.imports.game_plan import site_and_field
from youthprog.leagues.imports.game_queries import list_sites_and_fields
from youthprog.leagues.season.models import Venue
from youthprog.programs import services as programs
from youthprog.programs.models import Season

UNSAID = "Place to be told / Lugar por avisar"  # a file without a place; families read it in either language
MOST_SITE, MOST_FIELD = 120, 80


class Fields:
    """The fields and sites that are here, read once; what is missing is made."""

    def __init__(self, season: Season, *, by: Actor, now: datetime):
        self.by, self.now = by, now
        self.home_site_id = season.site_id
        self.sites, fields = list_sites_and_fields(season.id)
        fields.sort(key=lambda row: not row[3])  # those of the season before others of the same name
        self.fields: dict[str, int] = {}
        self.of_site: dict[tuple[int, str], int] = {}
        self.site_ids: dict[int, int] = {}
        for venue_id, site_id, name, _used in fields:
            self._note(venue_id, site_id, name)

    def _note(self, venue_id: int, site_id: int, name: str) -> None:
        self.of_site[site_id, squeeze(name)], self.site_ids[venue_id] = venue_id, site_id
        for called in (name, f"{self.sites[site_id]} {name}"):
            self.fields.setdefault(squeeze(called), venue_id)

    def called(self, place: str) -> tuple[int, int]:
        """The field that a place names, by its own name or with its site's before it, and its site. Keys."""
        known = self.fields.get(squeeze(place)) if place else None
        if known is None:
            site_id, name = self._site_of(place)
            known = self.of_site.get((site_id, squeeze(name)))
            if known is None:
                known = self._add(site_id, name[:MOST_FIELD])
        return known, self.site_ids[known]

    def _site_of(self, place: str) -> tuple[int, str]:
        """A site that is here and the rest of the name; else the site that the place names, made."""
        if not place and self.home_site_id is not None:
            return self.home_site_id, UNSAID
        site, field = site_and_field(place) if place else (UNSAID, UNSAID)
        for site_id, name in self.sites.items():
            if squeeze(name) == squeeze(site):
                return site_id, field
        longest = max(self.sites.items(), key=lambda pair: len(pair[1]) if _begins(place, pair[1]) else 0, default=None)
        if longest is not None and _begins(place, longest[1]):
            return longest[0], place[len(longest[1]) :].strip(" ,.-–/:|#()") or place
        made = programs.add_site(site[:MOST_SITE], by=self.by, now=self.now)
        self.sites[made.id] = made.name
        return made.id, field

    def _add(self, site_id: int, name: str) -> int:
        venue = Venue(site_id=site_id, name=name, folded_name=fold(name))
        db.session().add(venue)
        db.flush()
        self._note(venue.id, site_id, name)
        return venue.id


def _begins(place: str, site: str) -> bool:
    """Whether a place goes on after the name of a site, at the end of a word."""
    return len(place) > len(site) and fold(place).startswith(fold(site)) and not place[len(site)].isalnum()
