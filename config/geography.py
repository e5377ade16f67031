"""The part of a municipality's file that says which areas there are, and how areas of other years lead to them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.base import Model
from config.fields import Identifier, Plain, RelativePath


class CustomArea(Model):
    """An area of the municipality's own, made of neighbourhoods."""

    id: Identifier
    name: Plain
    neighbourhoods: tuple[str, ...] = Field(strict=False, min_length=1)


class FormerBoundaries(Model):
    """Boundaries of an earlier division: its map, its codes, and by overlap what became of its areas."""

    path: RelativePath
    vintage: Annotated[int, Field(ge=1995, le=2100)]
    crs: Annotated[str, Field(pattern=r"^EPSG:\d{4,5}$")] | None = None


class Geography(Model):
    """Boundaries on screen, and the vintage they have."""

    boundaries: RelativePath | Annotated[tuple[RelativePath, ...], Field(strict=False, min_length=1)]
    vintage: Annotated[int, Field(ge=1995, le=2100)]
    crs: Annotated[str, Field(pattern=r"^EPSG:\d{4,5}$")] | None = None  # only where the file does not say it
    area_list: RelativePath | None = None
    crosswalks: tuple[RelativePath, ...] = Field(default=(), strict=False)
    former_boundaries: tuple[FormerBoundaries, ...] = Field(default=(), strict=False)
    predecessors: tuple[Annotated[str, Field(pattern=r"^GM\d{4}$")], ...] = Field(default=(), strict=False)
    custom_areas: tuple[CustomArea, ...] = Field(default=(), strict=False)
    is_schematic: bool = Field(default=False, alias="schematic")  # invented outlines: said on every map

    @property
    def boundary_paths(self) -> tuple[str, ...]:
        return (self.boundaries,) if isinstance(self.boundaries, str) else self.boundaries
