"""Who looks: decided once per request by the guard, read by everything behind it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from config.vocabulary import Edition, Role


@dataclass(frozen=True)
class Viewer:
    """A role and the edition it may see."""

    role: Role
    edition: Edition


def remember_viewer(viewer: Viewer) -> None:
    """Bind the viewer to this request (called by the guard only)."""
    g.viewer = viewer


def current_viewer() -> Viewer:
    """The viewer of this request.

    Raises:
        RuntimeError: no guard has decided about this request; nothing may be shown.
    """
    viewer = g.get("viewer")
    if not isinstance(viewer, Viewer):
        raise RuntimeError("no viewer: this request did not pass the guard")
    return viewer
