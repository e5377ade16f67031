"""What can be set for an installation: `config/site.yml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.fields import SCHEMA_VERSION, HttpsLink, Plain, SchemaVersion
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


class Site(Model):
    """The installation: `config/site.yml`."""

    version: SchemaVersion = SCHEMA_VERSION
    warehouse: Plain = "warehouse"
    data_roots: tuple[Plain, ...] = Field(default=("data", "sample_data"), strict=False, min_length=1)
    access: Access = Access()
    languages: tuple[Literal["nl", "en"], ...] = Field(default=("nl", "en"), strict=False, min_length=1)
    runner: Literal["one", "pool", "spark"] = "pool"
    services: dict[Literal["statline", "pdok"], HttpsLink] = Field(default={})
