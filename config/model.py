"""What can be set, as frozen models. Unknown keys are refused; `config.load` adds file and line to every error.

The models hold meaning only; nothing here reads a file. Rules that need two parts of a file at once (an indicator
that refers to another, a restricted source without a legal basis) are checked in `config.load`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from config.base import Model as Model
from config.fields import (
    AREA_CODE as AREA_CODE,
)
from config.fields import (
    SCHEMA_VERSION,
    SMALLEST_BASE,
    AnyLevel,
    AnyPack,
    AnyPeriodType,
    Colour,
    ColumnName,
    Date,
    HttpsLink,
    Identifier,
    Plain,
    RelativePath,
    SchemaVersion,
    not_below_the_floor,
)
from config.geography import CustomArea as CustomArea
from config.geography import FormerBoundaries as FormerBoundaries
from config.geography import Geography as Geography
from config.harm import Harm as Harm
from config.index import Index as Index
from config.index import IndexTheme as IndexTheme
from config.numerator import Codes as Codes
from config.numerator import HealthTopic as HealthTopic
from config.numerator import KwbColumns as KwbColumns
from config.numerator import Nothing as Nothing
from config.numerator import Numerator as Numerator
from config.numerator import StatlineCodes as StatlineCodes
from config.tabular import AreaCode as AreaCode
from config.tabular import TabularColumns as TabularColumns
from config.tabular import TabularFormat as TabularFormat
from config.tabular import TabularPeriod as TabularPeriod
from config.tabular import refuse_columns
from config.text import Text as Text
from config.vocabulary import (
    AreaLevel,
    Direction,
    Pack,
    PeriodType,
    Publication,
    SourceKind,
    Unit,
)

# --- sources ---------------------------------------------------------------------------------------------------------


class Delivery(Model):
    """How deliveries of a source come in."""

    date: Plain | None = None  # pattern of the date in the file name, such as "{year}-{week:02}"
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None
    count_basis: Literal["net", "gross"] | None = None
    lag_weeks: Annotated[int, Field(ge=0, le=52)] = 0
    final_after_days: Annotated[int, Field(ge=0, le=366)] | None = None  # None: 28, until delays were measured


class ExpectedRows(Model):
    """How many rows a delivery has to have: outside these it is refused."""

    min: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> ExpectedRows:
        if self.min is None and self.max is None:
            raise ValueError("give `min`, `max` or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("`min` is larger than `max`")
        return self


class SourceBase(Model):
    """What every source has, whatever its kind."""

    id: Identifier
    path: RelativePath
    vintage: int | Literal["by_period"] | None = None  # None: the vintage of the municipality's geography
    publication: Publication | None = None
    legal_basis: Plain | None = None
    purpose: Plain | None = None
    retention_months: Annotated[int, Field(ge=1, le=600)] | None = None
    practice: bool = False
    delivery: Delivery = Delivery()
    expected_rows: ExpectedRows | None = None

    @field_validator("publication", mode="before")
    @classmethod
    def _publication_word(cls, value: Any) -> Any:
        return Publication(value) if isinstance(value, str) and value in set(Publication) else value

    @property
    def effective_publication(self) -> Publication:
        """open for the CBS, RIVM and police kinds (public as exact counts), restricted for a municipality's own."""
        default = Publication.RESTRICTED if self.kind == SourceKind.TABULAR else Publication.OPEN  # type: ignore[attr-defined]
        return self.publication or default


class StatlineSource(SourceBase):
    """Rows of one StatLine table (police figures), as CSV."""

    kind: Literal["statline"]
    table: Annotated[str, Field(pattern=r"^\d{5}NED$")]


class KwbSource(SourceBase):
    """Yearly key figures of districts and neighbourhoods (Kerncijfers wijken en buurten), as CSV."""

    kind: Literal["kwb"]
    year: Annotated[int, Field(ge=1995, le=2100)] | None = None  # only where neither rows nor file name say it


class HealthSource(SourceBase):
    """Health of adults by neighbourhood (50120NED of RIVM), as XLSX, CSV or JSON."""

    kind: Literal["health"]


class PolitieKaartSource(SourceBase):
    """The JSON behind the police map: a folder or zip with <year>/<district>.json."""

    kind: Literal["politie_kaart"]


class TabularSource(SourceBase):
    """The municipality's own file: columns are declared, not programmed."""

    kind: Literal["tabular"]
    format: TabularFormat = TabularFormat()
    columns: TabularColumns
    area_code: AreaCode = AreaCode()
    period: TabularPeriod | None = None
    categories: dict[str, Identifier] = Field(default={})
    values: dict[ColumnName, Identifier] = Field(default={})
    indicator: Identifier | None = None
    zero_rows: Literal["listed", "omitted"] = "listed"
    suppressed_marks: tuple[str, ...] = Field(default=(), strict=False)
    missing_on_purpose: tuple[str, ...] = Field(default=(), strict=False)
    scale: Literal["0-1", "0-100"] = "0-100"

    @model_validator(mode="after")
    def _fed(self) -> TabularSource:
        if self.columns.category and not self.categories:
            raise ValueError("`columns.category` is given but `categories` maps none of its words to an indicator")
        if self.categories and not self.columns.category:
            raise ValueError("`categories` is given but `columns.category` does not say which column holds them")
        if self.indicator and (self.categories or self.values):
            raise ValueError("`indicator` (one for the whole file) excludes `categories` and `values`")
        if not self.fed:
            raise ValueError(
                "give `categories` (one column with words), `values` (one column per indicator)"
                " or `indicator` (one for the whole file)"
            )
        refuse_columns(self.columns, self.period, by_column=bool(self.values) and not self.categories)
        return self

    @property
    def fed(self) -> frozenset[str]:
        """Indicators that this source feeds."""
        whole = [self.indicator] if self.indicator else []
        return frozenset([*self.categories.values(), *self.values.values(), *whole])

    @property
    def is_wide(self) -> bool:
        """Each period has a column of its own."""
        return self.period is not None and self.period.columns is not None


Source = Annotated[
    StatlineSource | KwbSource | HealthSource | PolitieKaartSource | TabularSource,
    Field(discriminator="kind"),
]


# --- indicators ------------------------------------------------------------------------------------------------------


class Publisher(Model):
    """Who publishes the figures, and under which licence they may be shown."""

    publisher: Plain
    licence: Plain
    url: HttpsLink | None = None


class Break(Model):
    """A date at which the way of counting changed."""

    date: Date
    reason: Text


class Indicator(Model):
    """One entry of the catalogue, or of a municipality's own list."""

    id: Identifier
    pack: Pack = Field(strict=False)
    theme: Identifier = "own"
    label: Text
    description: Text | None = None
    unit: Unit = Field(strict=False)
    numerator: Numerator
    denominator: Identifier | None = None
    direction: Direction = Field(default=Direction.NEUTRAL, strict=False)
    levels: tuple[AnyLevel, ...] = Field(
        default=(AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY), strict=False, min_length=1
    )
    period_types: tuple[AnyPeriodType, ...] = Field(
        default=(PeriodType.WEEK, PeriodType.MONTH, PeriodType.QUARTER, PeriodType.YEAR), strict=False, min_length=1
    )
    source: Publisher | None = None
    caveat: Text | None = None
    owner: Text | None = None
    follow_up: Text | None = None
    breaks: tuple[Break, ...] = Field(default=(), strict=False)
    composition_version: Plain | None = None  # of a group: raised when its members change

    @property
    def is_group(self) -> bool:
        return bool(self.numerator.sum_of)

    @property
    def is_weighted(self) -> bool:
        """Its members count with a weight: its numerator is no number of events."""
        return self.numerator.weights is not None


class IndicatorChoice(Model):
    """Which indicators a municipality uses."""

    packs: tuple[AnyPack, ...] = Field(default=(Pack.POLICE, Pack.NUISANCE, Pack.CONTEXT), strict=False)
    disable: tuple[Identifier, ...] = Field(default=(), strict=False)
    owners: dict[Identifier, Plain] = Field(default={})
    own: tuple[Indicator, ...] = Field(default=(), strict=False)


# --- municipality ----------------------------------------------------------------------------------------------------


class Question(Model):
    """Why this monitor exists: information without a follow-up is 'nice to know'."""

    id: Identifier
    question: Plain
    owner: Plain
    follow_up: Plain
    indicators: tuple[Identifier, ...] = Field(strict=False, min_length=1)
    audience: tuple[Literal["viewer", "partner", "adviser", "admin"], ...] = Field(default=("adviser",), strict=False)
    maintainer: Plain
    review: Date


class Target(Model):
    """A target of a policy plan."""

    indicator: Identifier
    level: AreaLevel = Field(default=AreaLevel.MUNICIPALITY, strict=False)
    area: str | None = None
    period: str
    value: float = Field(strict=False, allow_inf_nan=False)
    source: Plain


class OwnBreak(Break):
    """A change in the way of counting that this municipality knows of, such as an own survey or a move of systems."""

    indicators: tuple[Identifier, ...] = Field(strict=False, min_length=1)


class Rates(Model):
    """Below these numbers a rate says too little: no rate, no rank, in both editions."""

    min_inhabitants: Annotated[int, Field(ge=1)] = 100
    min_dwellings: Annotated[int, Field(ge=1)] = 50


#: Context that makes neighbourhoods comparable: who lives there and in what dwellings, never income, origin or crime.
PEER_FEATURES = (
    "population_density",
    "share_15_24",
    "single_households",
    "owner_occupied_share",
    "social_housing_share",
    "built_from_2000_share",
    "woz_average",
    "urbanity",
)


class Peers(Model):
    """What makes neighbourhoods alike: ids of context indicators."""

    features: tuple[Identifier, ...] = Field(default=PEER_FEATURES, strict=False, min_length=3)


class PublicDisclosure(Model):
    """Small-count rounding of the public edition."""

    base: Annotated[int, Field(le=100), AfterValidator(not_below_the_floor)] = SMALLEST_BASE


class Disclosure(Model):
    """How the public edition protects people."""

    public: PublicDisclosure = PublicDisclosure()
    external_totals: tuple[RelativePath, ...] = Field(default=(), strict=False)


class Contact(Model):
    """Whom a reader can ask."""

    name: Plain
    email: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")] | None = None
    url: HttpsLink | None = None


class Theme(Model):
    """The municipality's own look. `primary` carries white text: contrast at least 4.5 : 1."""

    primary: Colour = "#0f4c81"
    logo: RelativePath | None = None


class Municipality(Model):
    """All that one municipality writes: `config/municipalities/<slug>.yml`."""

    version: SchemaVersion = SCHEMA_VERSION
    code: Annotated[str, Field(pattern=r"^GM\d{4}$")]
    name: Plain
    folder: RelativePath
    geography: Geography
    sources: tuple[Source, ...] = Field(strict=False, min_length=1)
    indicators: IndicatorChoice = IndicatorChoice()
    questions: tuple[Question, ...] = Field(default=(), strict=False)
    targets: tuple[Target, ...] = Field(default=(), strict=False)
    breaks: tuple[OwnBreak, ...] = Field(default=(), strict=False)
    rates: Rates = Rates()
    peers: Peers = Peers()
    indexes: tuple[Index, ...] = Field(default=(), strict=False)
    harm: Harm | None = None
    disclosure: Disclosure = Disclosure()
    languages: tuple[Literal["nl", "en"], ...] = Field(default=("nl", "en"), strict=False, min_length=1)
    contact: Contact | None = None
    theme: Theme = Theme()
    roles: dict[
        Literal["viewer", "adviser", "partner", "admin", "auditor"], Annotated[tuple[str, ...], Field(strict=False)]
    ] = Field(default={})
    today: Date | None = None

    @property
    def is_practice(self) -> bool:
        """Every figure of events is made up (key figures may be real)."""
        return any(source.practice for source in self.sources)
