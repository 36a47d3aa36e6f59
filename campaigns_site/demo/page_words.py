"""The words of the public pages, and their Spanish."""

POSTAL_ADDRESS = "Clear Harbour Alliance, 1 Harbour Row, Fairhaven"

HOME_TEXT = (
    "<p>Half of Merrow lives within five miles of a berth. We bring the people who breathe that air together with "
    "the people who can change it: one well-prepared meeting at a time.</p>"
)
CAMPAIGN_TEXT = (
    "<h2>What is happening</h2><p>A ship at berth keeps its engines running for light, heat and cooling. Shore power "
    "replaces them with a plug. The Harbour Air Bill would require it at every berth used more than 100 days a "
    "year.</p><h2>What we do</h2><p>We ask every member of the Assembly for thirty minutes, bring somebody from "
    "their district, and write down what was promised.</p>"
)
WHY_NOW = (
    "The committee votes this session. Every confirmed signature goes into the briefing of that district's member."
)
PETITION_TEXT = (
    "<p>We, who live, work and go to school beside the harbours of Merrow, ask the Assembly to pass the Harbour Air "
    "Bill before the end of this session, with shore power at every berth used more than 100 days a year and public "
    "readings from an air monitor at every harbour school.</p>"
)
QUOTE = "I keep a drawer of spare inhalers. On days with a south wind it is empty by noon."
FIGURES = (
    ("1 in 6", "children in the quay wards uses an inhaler", "Merrow Lung Foundation, 2025"),
    ("41 %", "less soot at night beside the first electric berth", "Netherquay Port Authority, 2025"),
    ("12", "berths would cut half of all harbour emissions", "Merrow Ports Survey, 2025"),
)
FERRY_TEXT = "<p>The port authority confirmed in spring that the 23:40 ferry stays. Thank you for signing.</p>"
PRIVACY = (
    "<h2>What we keep</h2><p>When you sign we keep your name, e-mail address and postcode to count your signature "
    "once and to say how many people in your district signed. Your name is never shown. We delete the address six "
    "months after the petition closes. Write to privacy@harbour.example to see or withdraw what we hold.</p>"
)
DOWNLOADS = (
    (
        "How to ask for a meeting",
        "how-to-ask.txt",
        "Ask the named scheduler, in writing, two to four weeks ahead. Offer three dates. Say who is coming.\n",
        "en",
        "supporters",
    ),
    (
        "Cómo pedir una reunión",
        "como-pedir.txt",
        "Escriba a la persona que lleva la agenda, con dos a cuatro semanas. Ofrezca tres fechas.\n",
        "es",
        "supporters",
    ),
    (
        "Two-minute outcome card",
        "outcome-card.txt",
        "Who came? Where do they stand? What was promised, by whom, by when? What do we owe them?\n",
        "en",
        "partners",
    ),
)

ARTICLES = (
    (
        "First berth goes electric in Netherquay",
        "netherquay-berth",
        "Since Monday the night ferry plugs in. The quay is quiet for the first time in forty years.",
        "<p>The port authority switched on Berth 3 at six in the morning. Residents who had stopped opening their "
        "windows came down to listen to nothing at all.</p><p>The trial runs for one season. We asked for readings "
        "to be public, and they are: soot at night is down by 41 per cent.</p>",
    ),
    (
        "The committee hears a school nurse",
        "committee-hears-nurse",
        "“I keep a drawer of spare inhalers.” The Subcommittee on Harbour Air listened for twenty minutes.",
        "<p>Nurse practitioner Odile Hartwell brought no slides. She brought the attendance book of one quay school "
        "and read out the days on which the wind came from the berths.</p>",
    ),
    (
        "Eight members now back the Harbour Air Bill",
        "eight-members",
        "Three more co-sponsors in four weeks. What moved them, and who is next.",
        "<p>Each of the three met constituents first. If your member is not on the list yet, the toolkit has "
        "everything you need to ask.</p>",
    ),
)
