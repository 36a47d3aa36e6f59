from crm.people.enums import PersonCategory

CONSENT_FIRST = frozenset({PersonCategory.ADVOCATE})
"""Who gets a sequence only after agreeing to it. People are written to in their office until they refuse."""

AT_ONCE = 500
"""So many people are enrolled while somebody waits; more are work for a worker."""

TYPE_ABOVE = 100
"""Above so many people the number has to be typed, so that nobody mails everybody by a slip."""
