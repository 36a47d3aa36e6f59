from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class FieldInUseError(ParleyError):
    sentence = _("This field was answered already, so its kind and scope stay; retire it and add another one.")


class FieldScopeError(ParleyError):
    sentence = _("This field is not asked of them; choose another one.")


class FieldRoleError(ParleyError):
    sentence = _("Your role may not write this field; ask a director.")


class NoChoicesError(ParleyError):
    sentence = _("A field with one of several answers needs at least two choices; write one on each line.")


class ChoiceInUseError(ParleyError):
    sentence = _("A choice that somebody was given cannot go; rename it nowhere and leave it in the list.")
