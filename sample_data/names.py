"""The invented municipalities: their districts, neighbourhoods and where these lie around the centre.

Every name is made up. A test compares them with the list of real neighbourhoods. A sign after a name gives the kind of
neighbourhood where it differs from its district: `^` centre, `+` shops, `!` business, `~` village.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNS = {"^": "centre", "+": "shops", "!": "business", "~": "village"}


@dataclass(frozen=True)
class District:
    """A district: name, kind of neighbourhood it mostly holds, place around the centre, size, and its neighbourhoods.

    distance and radius in km; bearing in degrees, 0 = east, counter-clockwise.
    """

    name: str
    character: str
    distance: float
    bearing: float
    radius: float
    names: tuple[str, ...]


def _district(name: str, character: str, distance: float, bearing: float, radius: float, names: str) -> District:
    return District(name, character, distance, bearing, radius, tuple(part.strip() for part in names.split(",")))


OEFENSTAD = (
    _district("Binnenveste", "dense", 0, 0, 0.9,
              "Proefmarkt^, Spiegelgracht-Oost^, Kandelaarskwartier+, Lantaarnveste, Wolwaag, Trommelsteeg, "
              "Passerplein, Zegelkwartier, Fluitgracht"),
    _district("Stationskwartier", "dense", 1.6, 80, 0.8,
              "Wisselspoor, Seinhuiskwartier+, Perronzijde, Rangeerhof, Draaischijf, Spoorwegwachters, Bovenleiding, "
              "Remisehoek"),
    _district("Ankerwerven", "dense", 1.9, 152, 0.9,
              "Sextantkade, Loggerwerf, Kompaseiland, Touwslagerskade, Boeiensteiger, Kraanwerf!, Zeilmakerspunt, "
              "Peilschaalkade+"),
    _district("Kruidenwijk-West", "dense", 2.0, 224, 0.9,
              "Saffraanhof, Kaneelkwartier, Gemberbuurt-Zuid, Kardemomplein+, Komijnhoek, Venkelgaard, Laurierblok, "
              "Steranijs, Kervelzoom"),
    _district("Ambachtsveld", "dense", 1.9, 296, 0.9,
              "Kuipersgaard, Zadelmakershoek, Ketelboeters, Spijkerveld+, Lakenwevers, Touwdraaiersblok, Zeefmakers, "
              "Bezembinders"),
    _district("Klankenkwartier", "dense", 1.9, 8, 0.9,
              "Cimbaalhof, Fagotplantsoen, Klavecimbelzijde, Draailierhoek, Schalmeiveld+, Trombonegaard, "
              "Altvioolzoom, Pauken-Oost, Metronoomhof"),
    _district("Zilverhorst", "suburb", 4.1, 42, 1.3,
              "Tinhorst, Koperzoom, Nikkelgaarde, Messinghof, Kobaltveld, Zinkhorst+, Antimoonlaan, "
              "Loodzicht, Staalrode"),
    _district("Vogelrode", "suburb", 4.2, 92, 1.3,
              "Wielewaalrode, Tapuithorst, Roerdompzoom, Kluutgaarde+, Grutterveen, Nachtzwaluwhof, IJsvogelrode, "
              "Bokjesveld, Karekietzoom"),
    _district("De Vlonders", "suburb", 4.2, 140, 1.3,
              "Rietvlonder, Lisdoddeplas, Waterweegbree, Pijlkruidhoek, Krabbescheer+, Zwanebloemzijde, "
              "Kalmoeszoom, Fonteinkruid"),
    _district("Sterrenbrink", "suburb", 4.2, 188, 1.3,
              "Kometenbrink, Nevelvlek, Zonnewijzerhof, Poolstergaard, Andromedazoom, Eclipshoek+, Planetoïdenveld, "
              "Zenithoek, Meridiaanbrink"),
    _district("Houtzagersdonk", "suburb", 4.1, 236, 1.3,
              "Zaagmolendonk, Schaafkrul, Spaanderhof, Duvelveld, Zwaluwstaartzoom+, Mortiseerhoek, Fineerdonk, "
              "Beitelgaarde"),
    _district("Bedrijvenrand", "business", 4.2, 284, 1.2,
              "Draaibank!, Stempelpers!, Lopende Band-Noord!, Lopende Band-Zuid!, Pallethaven!, Containerpunt!, "
              "Vorkheftruck!, Proeftuinpark!"),
    _district("Tuindersgaarde", "suburb", 4.2, 338, 1.3,
              "Spinaziegaard, Schorsenerenhof, Pastinaakveld, Postelein, Warmoezeniers+, Kasglaszoom, "
              "Snijbietgaarde, Aardperenhof"),
    _district("Buitenommen", "village", 6.6, 64, 2.2,
              "Dorp Achterveste~, Dorp Kwakelmuiden~, Buitenveste-Noord, Dorp Zompemeer~, Leemputten, "
              "Wilgenommen"),
)  # fmt: skip

KLEINEDAM = (
    _district("Kleinedam-Dorp", "dense", 0, 0, 0.7,
              "Damkolk^, Schuitenmakers+, Zoutkeet, Kaasdragershoek, Wagenmakersgaard"),
    _district("Kleinedam-Buiten", "suburb", 1.7, 200, 1.0,
              "Melkbusveld, Hooimijtzoom, Karnhof, Dorsvloer!"),
    _district("Over de Vliet", "village", 3.2, 25, 1.5,
              "Vlietkwakel~, Dorp Proefwoude~, Polder Nieuwe Oefening~"),
)  # fmt: skip
