"""The field that the place of a schedule names: one that is here, or a new one. Never commits."""

from datetime import datetime

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.text import fold
from youthprog.leagues.imports.columns import squeeze
from youthprog.leagues.imports.game_queries import list_sites_and_fields
from youthprog.leagues.imports.known_fields import KnownFields, site_and_field
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
        sites, fields = list_sites_and_fields(season.id)
        self.known = KnownFields(sites, fields)
        self.site_ids = {venue_id: site_id for venue_id, site_id, _name in fields}

    def called(self, place: str) -> tuple[int, int]:
        """The field that a place names, by its own name or with its site's before it, and its site. Keys."""
        venue_id = self.known.find(place)
        if venue_id is None:
            site_id, name = self._site_of(place)
            venue_id = self.known.of_site.get((site_id, squeeze(name))) or self._add(site_id, name[:MOST_FIELD])
        return venue_id, self.site_ids[venue_id]

    def _site_of(self, place: str) -> tuple[int, str]:
        """A site that is here and the rest of the name; else the site that the place names, made."""
        if not place and self.home_site_id is not None:
            return self.home_site_id, UNSAID
        site_id, field = self.known.site_of(place) if place else (None, UNSAID)
        if site_id is None:
            site_id = next((key for key, name in self.known.sites.items() if not place and name == UNSAID), None)
        if site_id is not None:
            return site_id, field
        site = site_and_field(place)[0][:MOST_SITE] if place else UNSAID
        made = programs.add_site(site, by=self.by, now=self.now)
        self.known.sites[made.id] = made.name
        return made.id, field

    def _add(self, site_id: int, name: str) -> int:
        venue = Venue(site_id=site_id, name=name, folded_name=fold(name))
        db.session().add(venue)
        db.flush()
        self.known.note(venue.id, site_id, name)
        self.site_ids[venue.id] = site_id
        return venue.id
