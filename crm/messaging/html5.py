"""Where in an HTML text we are: enough of the HTML tokenizer to escape a merge value rightly."""

import re

LINK_ATTRIBUTES = frozenset({"action", "background", "cite", "formaction", "href", "poster", "src"})
CODE_ATTRIBUTES = frozenset({"srcdoc", "srcset", "style"})
RAW_ELEMENTS = frozenset({"script", "style", "textarea", "title", "xmp", "noscript", "iframe"})

_COMPLETE_HOST = re.compile(r"(?i)(?:https?://[^\s/?#@]+[/?#]|mailto:)")


class MarkupPlace:
    """Reads markup in pieces; `kind()` says what the next character would be part of."""

    def __init__(self) -> None:
        self._state = "text"
        self._tag = ""
        self._attribute = ""
        self._value = ""
        self._tail = ""

    @property
    def is_text(self) -> bool:
        return self._state == "text"

    def kind(self) -> str:
        """One of: text, attribute, link (an address may begin here), query (within one), forbidden."""
        if self.is_text:
            return "text"
        if self._state not in {'"', "'"}:
            return "forbidden"
        if self._attribute in CODE_ATTRIBUTES or self._attribute.startswith("on"):
            return "forbidden"
        if self._attribute not in LINK_ATTRIBUTES:
            return "attribute"
        if not self._value:
            return "link"
        return "query" if _COMPLETE_HOST.match(self._value) else "forbidden"

    def read(self, text: str) -> None:
        for character in text:
            self._STEPS[self._state](self, character)

    def read_value(self) -> None:
        """Pass over one merge value, which stands for a whole address where one may begin."""
        self.read("https://x" if self.kind() == "link" else "x")

    def _text(self, character: str) -> None:
        if character == "<":
            self._state = "<"

    def _opened(self, character: str) -> None:
        self._tail = ""
        if character == "!":
            self._state = "declaration"
        elif character == "/" or (character.isascii() and character.isalpha()):
            self._state, self._tag = "tag", character.lower()
        elif character != "<":
            self._state = "text"

    def _declaration(self, character: str) -> None:
        self._tail += character
        if self._tail == "--":
            self._state = "comment"
        elif character == ">":
            self._state = "text"

    def _comment(self, character: str) -> None:
        self._tail = (self._tail + character)[-3:]
        if self._tail == "-->":
            self._state = "text"

    def _tag_name(self, character: str) -> None:
        if character == ">":
            self._close()
        elif character.isspace() or (character == "/" and self._tag != "/"):
            self._state = "attributes"
        else:
            self._tag += character.lower()

    def _attributes(self, character: str) -> None:
        if character == ">":
            self._close()
        elif not character.isspace() and character != "/":
            self._state, self._attribute = "name", character.lower()

    def _name(self, character: str) -> None:
        if character == ">":
            self._close()
        elif character == "=":
            self._state = "="
        elif character.isspace():
            self._state = "named"
        elif character == "/":
            self._state = "attributes"
        else:
            self._attribute += character.lower()

    def _named(self, character: str) -> None:
        if character == "=":
            self._state = "="
        elif not character.isspace():
            self._attributes(character)

    def _equals(self, character: str) -> None:
        if character in {'"', "'"}:
            self._state, self._value = character, ""
        elif character == ">":
            self._close()
        elif not character.isspace():
            self._state = "bare"

    def _quoted(self, character: str) -> None:
        if character == self._state:
            self._state = "attributes"
        else:
            self._value += character

    def _bare(self, character: str) -> None:
        if character == ">":
            self._close()
        elif character.isspace():
            self._state = "attributes"

    def _raw(self, character: str) -> None:
        ending = f"</{self._tag}"
        self._tail = (self._tail + character.lower())[-len(ending) :]
        if self._tail == ending:
            self._state, self._tag = "tag", f"/{self._tag}"

    def _close(self) -> None:
        self._tail = ""
        self._state = "raw" if self._tag in RAW_ELEMENTS else "text"

    _STEPS = {
        "text": _text,
        "<": _opened,
        "declaration": _declaration,
        "comment": _comment,
        "tag": _tag_name,
        "attributes": _attributes,
        "name": _name,
        "named": _named,
        "=": _equals,
        '"': _quoted,
        "'": _quoted,
        "bare": _bare,
        "raw": _raw,
    }
