"""What can be set for an installation: `config/site.yml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.fields import SCHEMA_VERSION, HttpsLink, Plain, SchemaVersion, ServiceAddress
from config.model import Model


class Oidc(Model):
    """The sign-in provider. The secret comes from the environment only."""

    issuer: HttpsLink
    client_id: Plain


class Access(Model):
    """Who may reach the monitor."""

    mode: Literal["local", "public", "oidc"] = "local"
    public: bool = False
    oidc: Oidc | None = None


class Services(Model):
    """Base addresses of the open-data services that `fetch` asks; the number of a table, or a dataset, is added.

    An address of StatLine with `ODataFeed` or `ODataApi` in it is asked in version 3 of OData, any other in version 4.
    """

    statline: ServiceAddress = "https://dataderden.cbs.nl/ODataFeed/OData"  # tables of the police
    cbs: ServiceAddress = "https://datasets.cbs.nl/odata/v1/CBS"  # tables of Statistics Netherlands
    pdok: ServiceAddress = "https://api.pdok.nl/cbs"  # boundaries of districts and neighbourhoods, by year


class Site(Model):
    """The installation: `config/site.yml`."""

    version: SchemaVersion = SCHEMA_VERSION
    warehouse: Plain = "warehouse"
    data_roots: tuple[Plain, ...] = Field(default=("data", "sample_data"), strict=False, min_length=1)
    access: Access = Access()
    languages: tuple[Literal["nl", "en"], ...] = Field(default=("nl", "en"), strict=False, min_length=1)
    runner: Literal["one", "pool", "spark"] = "pool"
    services: Services = Services()
