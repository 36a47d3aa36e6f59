from django import forms
from django.utils.translation import gettext_lazy as _


class CommentForm(forms.Form):
    """A few words to go with an answer."""

    comment = forms.CharField(
        label=_("A message to the organisers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
