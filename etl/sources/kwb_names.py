"""Names of the key figures (Kerncijfers wijken en buurten): one base name for what files call by many names.

A topic's name in a StatLine table ends in its position (`AantalInwoners_5`), which moves from year to year; R packages
write titles with their groups (`Bevolking.Aantal.inwoners..aantal.`); researchers rename columns; CBS renames topics;
the CBS spreadsheet abbreviates (`a_inw`). Left stands the name that the catalogue uses, right what files say. Only
topics that mean the same stand on one line: energy *supply* (since 2022) is another quantity than energy *use*.

Names are compared by letters and digits alone (`key`), so case, spaces, dots and underscores need no entry.
"""

from __future__ import annotations

import re
import unicodedata

#: Base name -> other names of the same topic. A base name is itself a known name.
ALIASES: dict[str, tuple[str, ...]] = {
    "LeefbaarometerScore": ("leefbarometer_score",),
    "AantalInwoners": (
        "population",
        "inwoners",
        "a_inw",
        "Bevolking.Aantal.inwoners..aantal.",
    ),
    "Mannen": (
        "a_man",
        "Bevolking.Geslacht.Mannen..aantal.",
    ),
    "Vrouwen": (
        "a_vrouw",
        "Bevolking.Geslacht.Vrouwen..aantal.",
    ),
    "k_0Tot15Jaar": (
        "a_00_14",
        "Bevolking.Leeftijdsgroepen.0.tot.15.jaar..aantal.",
    ),
    "k_15Tot25Jaar": (
        "a_15_24",
        "Bevolking.Leeftijdsgroepen.15.tot.25.jaar..aantal.",
    ),
    "k_25Tot45Jaar": (
        "a_25_44",
        "Bevolking.Leeftijdsgroepen.25.tot.45.jaar..aantal.",
    ),
    "k_45Tot65Jaar": (
        "a_45_64",
        "Bevolking.Leeftijdsgroepen.45.tot.65.jaar..aantal.",
    ),
    "k_65JaarOfOuder": (
        "a_65_oo",
        "Bevolking.Leeftijdsgroepen.65.jaar.of.ouder..aantal.",
    ),
    "Ongehuwd": ("Bevolking.Burgerlijke.staat.Ongehuwd..aantal.",),
    "Gehuwd": ("Bevolking.Burgerlijke.staat.Gehuwd..aantal.",),
    "Gescheiden": ("Bevolking.Burgerlijke.staat.Gescheiden..aantal.",),
    "Verweduwd": ("Bevolking.Burgerlijke.staat.Verweduwd..aantal.",),
    "WestersTotaal": ("Bevolking.Personen.met.een.migratieachtergrond.Westers.totaal..aantal.",),
    "NietWestersTotaal": ("Bevolking.Personen.met.een.migratieachtergrond.Niet.westers.Niet.westers.totaal..aantal.",),
    "Marokko": ("Bevolking.Personen.met.een.migratieachtergrond.Niet.westers.Marokko..aantal.",),
    "NederlandseAntillenEnAruba": (
        "Bevolking.Personen.met.een.migratieachtergrond.Niet.westers.Nederlandse.Antillen.en.Aruba..aantal.",
    ),
    "Suriname": ("Bevolking.Personen.met.een.migratieachtergrond.Niet.westers.Suriname..aantal.",),
    "Turkije": ("Bevolking.Personen.met.een.migratieachtergrond.Niet.westers.Turkije..aantal.",),
    "OverigNietWesters": ("Bevolking.Personen.met.een.migratieachtergrond.Niet.westers.Overig.niet.westers..aantal.",),
    "GeboorteTotaal": ("Bevolking.Geboorte.en.sterfte.Geboorte.totaal..aantal.",),
    "GeboorteRelatief": ("Bevolking.Geboorte.en.sterfte.Geboorte.relatief..per.1.000.inwoners.",),
    "SterfteTotaal": ("Bevolking.Geboorte.en.sterfte.Sterfte.totaal..aantal.",),
    "SterfteRelatief": ("Bevolking.Geboorte.en.sterfte.Sterfte.relatief..per.1.000.inwoners.",),
    "HuishoudensTotaal": (
        "a_hh",
        "Bevolking.Particuliere.huishoudens.Huishoudens.totaal..aantal.",
    ),
    "Eenpersoonshuishoudens": (
        "a_1p_hh",
        "Bevolking.Particuliere.huishoudens.Eenpersoonshuishoudens..aantal.",
    ),
    "HuishoudensZonderKinderen": (
        "a_hh_z_k",
        "Bevolking.Particuliere.huishoudens.Huishoudens.zonder.kinderen..aantal.",
    ),
    "HuishoudensMetKinderen": (
        "a_hh_m_k",
        "Bevolking.Particuliere.huishoudens.Huishoudens.met.kinderen..aantal.",
    ),
    "GemiddeldeHuishoudensgrootte": (
        "g_hhgro",
        "Bevolking.Particuliere.huishoudens.Gemiddelde.huishoudensgrootte..aantal.",
    ),
    "Bevolkingsdichtheid": (
        "bev_dich",
        "Bevolking.Bevolkingsdichtheid..aantal.inwoners.per.km..",
    ),
    "Woningvoorraad": (
        "a_woning",
        "Wonen.Woningvoorraad..aantal.",
    ),
    "GemiddeldeWOZWaardeVanWoningen": (
        "GemiddeldeWoningwaarde",
        "Wonen_Gemiddelde_woningwaarde",
        "g_woz",
        "Wonen.Gemiddelde.WOZ.waarde.van.woningen..x.1.000.euro.",
    ),
    "PercentageEengezinswoning": (
        "p_1gezw",
        "Wonen.Woningen.naar.type.Percentage.eengezinswoning....",
    ),
    "PercentageMeergezinswoning": (
        "p_mgezw",
        "meergezinswoning_percentage",
        "Wonen.Woningen.naar.type.Percentage.meergezinswoning....",
    ),
    "PercentageBewoond": (
        "bewoond_percentage",
        "Wonen.Woningen.naar.bewoning.Percentage.bewoond....",
    ),
    "PercentageOnbewoond": (
        "p_leegsw",
        "Wonen.Woningen.naar.bewoning.Percentage.onbewoond....",
    ),
    "Koopwoningen": (
        "p_koopw",
        "koopwoning_percentage",
        "Wonen.Woningen.naar.eigendom.Koopwoningen....",
    ),
    "HuurwoningenTotaal": (
        "p_huurw",
        "Wonen.Woningen.naar.eigendom.Huurwoningen.Huurwoningen.totaal....",
    ),
    "InBezitWoningcorporatie": (
        "p_wcorpw",
        "Wonen.Woningen.naar.eigendom.Huurwoningen.In.bezit.woningcorporatie....",
    ),
    "InBezitOverigeVerhuurders": ("Wonen.Woningen.naar.eigendom.Huurwoningen.In.bezit.overige.verhuurders....",),
    "EigendomOnbekend": ("Wonen.Woningen.naar.eigendom.Eigendom.onbekend....",),
    "BouwjaarVoor2000": ("Wonen.Woningen.naar.bouwjaar.Bouwjaar.voor.2000....",),
    "BouwjaarVanaf2000": (
        "bouwjaar_vanaf_2000_percentage",
        "Wonen.Woningen.naar.bouwjaar.Bouwjaar.vanaf.2000....",
    ),
    "GemiddeldElektriciteitsverbruikTotaal": (
        "Energie.Gemiddeld.elektriciteitsverbruik.Gemiddeld.elektriciteitsverbruik.totaal..kWh.",
    ),
    "GemiddeldAardgasverbruikTotaal": ("Energie.Gemiddeld.aardgasverbruik.Gemiddeld.aardgasverbruik.totaal..m..",),
    "PercentageWoningenMetStadsverwarming": (
        "Energie.Gemiddeld.aardgasverbruik.Percentage.woningen.met.stadsverwarming....",
    ),
    "AantalInkomensontvangers": ("Inkomen.Inkomen.van.personen.Aantal.inkomensontvangers....aantal.",),
    "GemiddeldInkomenPerInkomensontvanger": (
        "Inkomen.Inkomen.van.personen.Gemiddeld.inkomen.per.inkomensontvanger...x.1.000.euro.",
    ),
    "GemiddeldInkomenPerInwoner": ("Inkomen.Inkomen.van.personen.Gemiddeld.inkomen.per.inwoner...x.1.000.euro.",),
    "k_40PersonenMetLaagsteInkomen": ("Inkomen.Inkomen.van.personen.40..personen.met.laagste.inkomen....",),
    "k_20PersonenMetHoogsteInkomen": ("Inkomen.Inkomen.van.personen.20..personen.met.hoogste.inkomen....",),
    "Actieven1575Jaar": ("Inkomen.Inkomen.van.personen.Actieven.15.75.jaar....",),
    "k_40HuishoudensMetLaagsteInkomen": ("Inkomen.Inkomen.van.huishoudens.40..huishoudens.met.laagste.inkomen....",),
    "k_20HuishoudensMetHoogsteInkomen": ("Inkomen.Inkomen.van.huishoudens.20..huishoudens.met.hoogste.inkomen....",),
    "HuishoudensMetEenLaagInkomen": ("Inkomen.Inkomen.van.huishoudens.Huishoudens.met.een.laag.inkomen....",),
    "HuishOnderOfRondSociaalMinimum": ("Inkomen.Inkomen.van.huishoudens.Huish..onder.of.rond.sociaal.minimum....",),
    "PersonenPerSoortUitkeringBijstand": ("Sociale.zekerheid.Personen.per.soort.uitkering..Bijstand..aantal.",),
    "PersonenPerSoortUitkeringAO": ("Sociale.zekerheid.Personen.per.soort.uitkering..AO..aantal.",),
    "PersonenPerSoortUitkeringWW": ("Sociale.zekerheid.Personen.per.soort.uitkering..WW..aantal.",),
    "PersonenPerSoortUitkeringAOW": ("Sociale.zekerheid.Personen.per.soort.uitkering..AOW..aantal.",),
    "BedrijfsvestigingenTotaal": (
        "a_bedv",
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.totaal..aantal.",
    ),
    "ALandbouwBosbouwEnVisserij": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.A.Landbouw..bosbouw.en.visserij..aantal.",
    ),
    "BFNijverheidEnEnergie": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.B.F.Nijverheid.en.energie..aantal.",
    ),
    "GIHandelEnHoreca": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.G.I.Handel.en.horeca..aantal.",
    ),
    "HJVervoerInformatieEnCommunicatie": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.H.J.Vervoer..informatie.en.communicatie..aantal.",
    ),
    "KLFinancieleDienstenOnroerendGoed": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.K.L.Financiële.diensten..onroerend.goed..aantal.",
    ),
    "MNZakelijkeDienstverlening": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.M.N.Zakelijke.dienstverlening..aantal.",
    ),
    "RUCultuurRecreatieOverigeDiensten": (
        "Bedrijfsvestigingen..SBI.2008.Bedrijfsvestigingen.naar.activiteit.R.U.Cultuur..recreatie..overige.diensten..aantal.",
    ),
    "PersonenautoSTotaal": (
        "a_pau",
        "Motorvoertuigen.Personenauto.s.Personenauto.s.totaal..aantal.",
    ),
    "PersonenautoSJongerDan6Jaar": (
        "Motorvoertuigen.Personenauto.s.Personenauto.s..leeftijd.Personenauto.s..jonger.dan.6.jaar..aantal.",
    ),
    "PersonenautoS6JaarEnOuder": (
        "Motorvoertuigen.Personenauto.s.Personenauto.s..leeftijd.Personenauto.s..6.jaar.en.ouder..aantal.",
    ),
    "PersonenautoSBrandstofBenzine": (
        "Motorvoertuigen.Personenauto.s.Personenauto.s..brandstoftype.Personenauto.s..brandstof.benzine..aantal.",
    ),
    "PersonenautoSOverigeBrandstof": (
        "Motorvoertuigen.Personenauto.s.Personenauto.s..brandstoftype.Personenauto.s..overige.brandstof..aantal.",
    ),
    "PersonenautoSPerHuishouden": ("Motorvoertuigen.Personenauto.s.Personenauto.s.per.huishouden..per.huishouden.",),
    "PersonenautoSNaarOppervlakte": ("Motorvoertuigen.Personenauto.s.Personenauto.s.naar.oppervlakte..per.km..",),
    "Motorfietsen": ("Motorvoertuigen.Motorfietsen..aantal.",),
    "AfstandTotHuisartsenpraktijk": ("Nabijheid.voorzieningen.Afstand.tot.huisartsenpraktijk..km.",),
    "AfstandTotGroteSupermarkt": ("Nabijheid.voorzieningen.Afstand.tot.grote.supermarkt..km.",),
    "AfstandTotKinderdagverblijf": ("Nabijheid.voorzieningen.Afstand.tot.kinderdagverblijf..km.",),
    "AfstandTotSchool": ("Nabijheid.voorzieningen.Basisonderwijs.Afstand.tot.school..km.",),
    "ScholenBinnen3Km": ("Nabijheid.voorzieningen.Basisonderwijs.Scholen.binnen.3.km..aantal.",),
    "OppervlakteTotaal": (
        "a_opp_ha",
        "Oppervlakte.Oppervlakte.totaal..ha.",
    ),
    "OppervlakteLand": (
        "area",
        "a_lan_ha",
        "Oppervlakte.Oppervlakte.land..ha.",
    ),
    "OppervlakteWater": (
        "a_wat_ha",
        "Oppervlakte.Oppervlakte.water..ha.",
    ),
    "MeestVoorkomendePostcode": ("Postcode.Meest.voorkomende.postcode..code.",),
    "Dekkingspercentage": ("Postcode.Dekkingspercentage..code.",),
    "MateVanStedelijkheid": (
        "ste_mvs",
        "Stedelijkheid.Mate.van.stedelijkheid..code.",
    ),
    "Omgevingsadressendichtheid": (
        "ste_oad",
        "Stedelijkheid.Omgevingsadressendichtheid..per.km..",
    ),
    "TotaalDiefstalUitWoningSchuurED": ("Criminaliteit.Totaal.diefstal.uit.woning.schuur.e.d...per.1.000.inwoners.",),
    "VernielingMisdrijfTegenOpenbareOrde": (
        "Criminaliteit.Vernieling..misdrijf.tegen.openbare.orde..per.1.000.inwoners.",
    ),
    "GeweldsEnSeksueleMisdrijven": ("Criminaliteit.Gewelds..en.seksuele.misdrijven..per.1.000.inwoners.",),
    # Renamed in the tables from 2023: same three groups, named by their diplomas.
    "OpleidingsniveauLaag": ("BasisonderwijsVmboMbo1", "Opleidingsniveau_Opleidingsniveau_laag"),
    "OpleidingsniveauMiddelbaar": ("HavoVwoMbo24", "Opleidingsniveau_Opleidingsniveau_middelbaar"),
    "OpleidingsniveauHoog": ("HboWo", "Opleidingsniveau_Opleidingsniveau_hoog"),
    # Not in the tables of 2017; listed so that a file without numbers behind its names is read as well.
    "JongerenMetJeugdzorgInNatura": ("Zorg_Jongeren_met_jeugdzorg_in_natura",),
    "PercentageJongerenMetJeugdzorg": ("Zorg_Percentage_jongeren_met_jeugdzorg",),
    "WmoClienten": ("Zorg_Wmo_cliënten",),
    "WmoClientenRelatief": ("Zorg_Wmo_cliënten_relatief",),
    "OQOverheidOnderwijsEnZorg": (),
}

#: StatLine tables whose year is known (publication title of each table).
TABLE_YEAR: dict[str, str] = {
    "83765": "2017",
    "84583": "2019",
    "84799": "2020",
    "85039": "2021",
    "85318": "2022",
    "85618": "2023",
    "85984": "2024",
    "86165": "2025",
}

#: Columns that hold the area code, the surest first: `WijkenEnBuurten` holds codes in OData and names elsewhere.
CODE_COLUMNS = (
    "Codering",
    "Regioaanduiding.Codering..code.",
    "nhood_id",
    "gwb_code_10",
    "gwb_code",
    "buurt_code",
    "buurtcode",
    "WijkenEnBuurten",
)
#: Columns that hold the name of the area, the surest first.
NAME_COLUMNS = ("WijkenEnBuurten_label", "Wijken.en.buurten", "Wijk_Buurt", "regio", "Regionaam", "Title")
PERIOD_COLUMNS = ("Perioden", "jaar", "year")
#: Columns that hold the name of the municipality that an area lies in.
MUNICIPALITY_COLUMNS = ("Gemeentenaam", "gm_naam", "Regioaanduiding.Gemeentenaam..naam.")
#: Columns about the area or the row, not about people or dwellings.
OTHER_COLUMNS = (
    "ID",
    "recs",
    "gwb_code_8",
    "ind_wbz",
    *MUNICIPALITY_COLUMNS,
    "SoortRegio",
    "Regioaanduiding.Soort.regio..omschrijving.",
    "Regioaanduiding.Indelingswijziging.wijken.en.buurten..code.",
    "Regioaanduiding_Indelingswijziging_wijken_en_buurten",
    "IndelingswijzigingGemeenteWijkBuurt",
    "IndelingswijzigingWijkenEnBuurten",
    "Perioden_label",
    "Perioden_Date",
    "Perioden_freq",
)


def key(name: str) -> str:
    """The form in which names are compared: letters and digits, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def base(name: str) -> str:
    """A name without the position at its end: AantalInwoners_5 -> AantalInwoners."""
    return re.sub(r"_\d+$", "", name.strip())


def _without_unit(name: str) -> str:
    """A title as R writes it without its unit, which other exports keep in a line of its own or leave out.

    `Wonen.Woningvoorraad..aantal.` -> `Wonen.Woningvoorraad`; a unit of signs alone (%) leaves four dots.
    """
    return re.sub(r"\.\.[^.]*(?:\.[^.]+)*\.+$", "", name) if name.endswith(".") else name


def _forms(name: str) -> set[str]:
    """Keys under which a name is known: whole, without its unit, with `40 %` written as `40proc`."""
    plain = _without_unit(name)
    return {key(name), key(plain), key(re.sub(r"(\d)\.\.", r"\1proc.", plain))}


_BY_KEY = {form: topic for topic, aliases in ALIASES.items() for name in (topic, *aliases) for form in _forms(name)}


def topic_of(name: str) -> str | None:
    """The base name that a column stands for; None where the name is not in the table."""
    return _BY_KEY.get(key(name)) or _BY_KEY.get(key(base(name)))


def is_one_of(name: str, known: tuple[str, ...]) -> bool:
    """Is a column called like one of `known`, with or without a position at its end?"""
    keys = {key(one) for one in known}
    return key(name) in keys or key(base(name)) in keys
