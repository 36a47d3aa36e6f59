"""The Spanish of the public pages: whole English texts and what stands in their place."""

from campaigns_site.demo import page_words as en

PAIRS = (
    (
        "Clear Harbour Alliance",
        "Alianza Puerto Limpio",
    ),
    (
        "Let harbours breathe",
        "Que respiren los puertos",
    ),
    (
        "We meet the people who make the rules until ships plug in and harbour children breathe easily.",
        "Nos reunimos con quienes hacen las normas hasta que los barcos se enchufen y los niños del "
        "puerto respiren bien.",
    ),
    (
        "Shore power now",
        "Energía en el muelle, ya",
    ),
    (
        "Ships at berth should plug in. A bill before the Assembly would make it the rule.",
        "Los barcos atracados deberían enchufarse. Una ley ante la Asamblea lo haría obligatorio.",
    ),
    (
        "Clean air at the quayside",
        "Aire limpio en el muelle",
    ),
    (
        "Ask the Assembly to pass the Harbour Air Bill: shore power at every busy berth.",
        "Pida a la Asamblea que apruebe la Ley del Aire Portuario: energía en cada muelle con tráfico.",
    ),
    (
        "Toolkit for your district",
        "Materiales para su distrito",
    ),
    (
        "Everything you need to ask your member for a meeting, and to hold it well.",
        "Todo lo que necesita para pedir una reunión con su representante y llevarla bien.",
    ),
    (
        "Privacy",
        "Privacidad",
    ),
    (
        "clean-air",
        "aire-limpio",
    ),
    (
        "shore-power",
        "energia-en-el-muelle",
    ),
    (
        "toolkit",
        "materiales",
    ),
    (
        "privacy",
        "privacidad",
    ),
    (
        en.HOME_TEXT,
        "<p>La mitad de Merrow vive a menos de ocho kilómetros de un muelle. Reunimos a quienes respiran"
        " ese aire con quienes pueden cambiarlo: una reunión bien preparada cada vez.</p>",
    ),
    (
        en.CAMPAIGN_TEXT,
        "<h2>Qué pasa</h2><p>Un barco atracado mantiene los motores encendidos para la luz, la "
        "calefacción y la refrigeración. La energía de tierra los sustituye por un enchufe. La Ley del "
        "Aire Portuario la exigiría en cada muelle que se use más de 100 días al año.</p><h2>Qué "
        "hacemos</h2><p>Pedimos a cada miembro de la Asamblea treinta minutos, llevamos a alguien de su "
        "distrito y anotamos lo que se promete.</p>",
    ),
    (
        en.WHY_NOW,
        "La comisión vota en este período. Cada firma confirmada llega al dosier del representante de su distrito.",
    ),
    (
        en.PETITION_TEXT,
        "<p>Quienes vivimos, trabajamos y estudiamos junto a los puertos de Merrow pedimos a la Asamblea"
        " que apruebe la Ley del Aire Portuario antes del fin de este período, con energía de tierra en "
        "cada muelle que se use más de 100 días al año y lecturas públicas de un medidor de aire en cada"
        " escuela del puerto.</p>",
    ),
    (
        en.QUOTE,
        "Guardo un cajón con inhaladores de repuesto. Los días de viento sur está vacío al mediodía.",
    ),
    (
        "school nurse, Fairhaven",
        "enfermera escolar, Fairhaven",
    ),
    (
        "Clean air for harbour towns",
        "Aire limpio para las ciudades portuarias",
    ),
    (
        "Campaign",
        "Campaña",
    ),
    (
        "1 in 6",
        "1 de 6",
    ),
    (
        "children in the quay wards uses an inhaler",
        "niños de los barrios del muelle usa un inhalador",
    ),
    (
        "less soot at night beside the first electric berth",
        "menos hollín de noche junto al primer muelle eléctrico",
    ),
    (
        "berths would cut half of all harbour emissions",
        "muelles reducirían a la mitad las emisiones del puerto",
    ),
    (
        "So far",
        "Hasta ahora",
    ),
    (
        "Add your name",
        "Sume su nombre",
    ),
    (
        "Latest updates",
        "Últimas novedades",
    ),
    (
        "Where the signatures come from",
        "De dónde vienen las firmas",
    ),
    (
        "Confirmed so far",
        "Confirmadas hasta ahora",
    ),
    (
        en.PRIVACY,
        "<h2>Qué guardamos</h2><p>Cuando firma guardamos su nombre, su correo y su código postal para "
        "contar su firma una sola vez y decir cuántas personas de su distrito han firmado. Su nombre "
        "nunca se muestra. Borramos la dirección seis meses después de cerrar la petición. Escriba a "
        "privacy@harbour.example para ver o retirar lo que tenemos.</p>",
    ),
)
SPANISH = dict(PAIRS)
