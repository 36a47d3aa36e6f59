"""The words of the mails to delegates."""

from crm.messaging.registry import register_default_templates
from meetings.itineraries.actions import LINES

FIELDS = ("delegate_name", "day_title", "day_date", "day_zone", "link_url", "is_change", "owner_name", "owner_email")
LIST = "".join(f"{{% if line_{n} %}}\n- {{{{ line_{n} }}}}\n{{% endif %}}\n" for n in range(1, LINES + 1))
SAMPLE = {
    "delegate_name": "Kim Vale",
    "day_title": "Water day",
    "day_date": "28 October 2026",
    "day_zone": "America/New_York",
    "link_url": "https://parley.example/l/sample/day/",
    "owner_name": "Sam Ito",
    "owner_email": "sam@alliance.example",
    "line_1": "09:00–09:20 · Robin Holder · Hart, 12",
    "line_2": "10:00–10:20 · Alex Two · Russell, 4",
    **{f"line_{n}": "" for n in range(3, LINES + 1)},
    "is_change": "",
}

ENGLISH = (
    "Dear {{ delegate_name }},\n\n"
    "{% if is_change %}\nYour day has changed. This replaces what we sent before.\n{% endif %}\n\n"
    "These are your meetings on {{ day_date }} (times of {{ day_zone }}):\n\n" + LIST + "\n"
    "On your page you find who is on your team, what to hand over, a calendar file and a sheet to print:\n\n"
    "{{ link_url }}\n\n"
    "The page is yours alone. If you cannot come, tell {{ owner_name }}: {{ owner_email }}"
)
SPANISH = (
    "Hola, {{ delegate_name }}:\n\n"
    "{% if is_change %}\nSu jornada ha cambiado. Esto sustituye a lo que le enviamos antes.\n{% endif %}\n\n"
    "Estas son sus reuniones del {{ day_date }} (horas de {{ day_zone }}):\n\n" + LIST + "\n"
    "En su página encontrará su equipo, qué entregar, un archivo de calendario y una hoja para imprimir:\n\n"
    "{{ link_url }}\n\n"
    "La página es solo para usted. Si no puede venir, avise a {{ owner_name }}: {{ owner_email }}"
)
NOTHING = (
    "Dear {{ delegate_name }},\n\n"
    "the plan for {{ day_title }} on {{ day_date }} has changed, and you have no meeting any more. "
    "You need not do anything. Thank you for being ready to come.\n\n"
    "Questions? Write to {{ owner_name }}: {{ owner_email }}"
)
NADA = (
    "Hola, {{ delegate_name }}:\n\n"
    "el plan de {{ day_title }} del {{ day_date }} ha cambiado y ya no tiene ninguna reunión. "
    "No tiene que hacer nada. Gracias por estar dispuesto a venir.\n\n"
    "¿Preguntas? Escriba a {{ owner_name }}: {{ owner_email }}"
)


def _template(key: str, language: str, name: str, subject: str, body: str) -> dict[str, object]:
    return {
        "key": key,
        "language": language,
        "name": name,
        "subject": subject,
        "body": body,
        "fields": FIELDS,
        "sample": SAMPLE,
    }


DEFAULT_TEMPLATES = (
    _template("lobby-itinerary", "en", "A delegate's lobby day", "{{ day_title }}: your meetings", ENGLISH),
    _template("lobby-itinerary", "es", "La jornada de un delegado", "{{ day_title }}: sus reuniones", SPANISH),
    _template("lobby-nothing-left", "en", "A delegate has no meetings any more", "{{ day_title }}: a change", NOTHING),
    _template("lobby-nothing-left", "es", "Un delegado ya no tiene reuniones", "{{ day_title }}: un cambio", NADA),
)


def declare() -> None:
    """Register the mails; called once when the app is ready."""
    register_default_templates("itineraries", DEFAULT_TEMPLATES)
