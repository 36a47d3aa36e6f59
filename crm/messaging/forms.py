import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Message

_FOOTER = re.compile(r"\n-{20,}\n")


class OutboxFilterForm(forms.Form):
    """Which mails the outbox page shows. Unknown values count as none."""

    recipient = forms.CharField(label=_("To"), max_length=100, required=False)
    stream = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Stream.choices], required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All states")), *MessageStatus.choices], required=False)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class DraftForm(forms.Form):
    """The words of a mail that waits for somebody to check them."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 18}))

    def __init__(self, data: Any = None, *, message: Message) -> None:
        words = _FOOTER.split(message.text.replace("\r\n", "\n"))[0].strip()
        super().__init__(data, initial={"subject": message.subject, "body": words})
