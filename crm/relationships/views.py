"""Relationships of a person or a body: on the person page, on a page of their own, and one by one."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, conflict, once, visible_or_404
from crm.base.errors import ParleyError, StaleVersionError
from crm.bodies.views import body_url
from crm.changes.queries import changes_of
from crm.changes.views import undo_url
from crm.people.models import Organization, Person
from crm.people.views import person_url
from crm.relationships.actions import add_relationship, edit_relationship, end_relationship, remove_relationship
from crm.relationships.forms import EndForm, RelationshipEditForm, RelationshipForm
from crm.relationships.models import Relationship
from crm.relationships.queries import Tie, relationships_of, ties
from crm.relationships.rules import Party, sentence_of

SHOWN = 12
PER_PAGE = 50
PARTIES: dict[str, type[Party]] = {"people": Person, "organizations": Organization}


def party_page(party: Party) -> str:
    """Where one reads about a person or a body."""
    return person_url(party) if isinstance(party, Person) else body_url(party)


def party_url(name: str, party: Party) -> str:
    """The address of one of our pages about a person or a body."""
    return reverse(name, args=["people" if isinstance(party, Person) else "organizations", party.public_id])


def tie_rows(found: list[Tie], user: User) -> list[dict[str, Any]]:
    """Ties for a template, each with the addresses this user may follow."""
    changes, removes = can(user, Act.CHANGE, Relationship), can(user, Act.DELETE, Relationship)
    return [
        {
            "tie": tie,
            "other_url": party_page(tie.other),
            "edit_url": reverse("crm_edit_relationship", args=[tie.row.public_id]) if changes else "",
            "remove_url": reverse("crm_remove_relationship", args=[tie.row.public_id]) if removes else "",
        }
        for tie in found
    ]


def relationships_panel(person: Party, user: User) -> dict[str, Any] | None:
    """The strongest standing relationships of a person or a body, and where to add one."""
    if not can(user, Act.VIEW, Relationship):
        return None
    found = ties(relationships_of(person, user)[: SHOWN + 1], person, timezone.localdate())
    adds = can(user, Act.ADD, Relationship)
    return {
        "title": _("Relationships"),
        "rows": tie_rows(found[:SHOWN], user),
        "template": "crm/person_relationships.html",
        "all_url": party_url("crm_relationships", person),
        "more": len(found) > SHOWN,
        "add_url": party_url("crm_add_relationship", person) if adds else "",
    }


class PartyScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A screen about one visible person or body."""

    model = Relationship
    header_icon = "link"
    kinds = tuple(PARTIES)
    party: Party

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["kind"] not in self.kinds:
            raise Http404
        self.party = visible_or_404(PARTIES[kwargs["kind"]], request, public_id=kwargs["public_id"])

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        home = {"url": self.home_url(), "label": str(self.party)}
        return [*self.breadcrumbs_items, home, {"url": "", "label": str(self.get_page_title())}]

    def home_url(self) -> str:
        """Where one reads about the party."""
        return party_page(self.party)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(party=self.party, is_body=isinstance(self.party, Organization), **kwargs)


class RelationshipsView(PartyScreen):
    """All relationships of a person or a body, past ones too."""

    template_name = "crm/relationships.html"
    page_title = _("Relationships")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = relationships_of(self.party, self.user)
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page=page,
            rows=tie_rows(ties(page.object_list, self.party, timezone.localdate()), self.user),
            add_url=party_url("crm_add_relationship", self.party) if can(self.user, Act.ADD, Relationship) else "",
            **kwargs,
        )


class AddRelationshipView(PartyScreen):
    """Say it, read the sentence, save it: the first POST shows the sentence, the one that says `save` writes it."""

    template_name = "crm/relationship_add.html"
    page_title = _("Add a relationship")
    row_act = Act.ADD

    def form(self, data: Any = None) -> RelationshipForm:
        return RelationshipForm(data, subject=self.party, user=self.user, initial={"sourced_on": today()})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid() or form.stated is None:
            return self.refuse(form)
        if request.POST.get("step") != "save":
            return self.render_to_response(self.get_context_data(form=form, stated=form.stated))
        return once(request, lambda: self.answer(form))

    def answer(self, form: RelationshipForm) -> HttpResponse:
        stated = form.stated
        if stated is None:
            return self.refuse(form)
        try:
            add_relationship(
                stated.kind,
                from_party=stated.from_party,
                to_party=stated.to_party,
                by=self.user,
                at=timezone.now(),
                **form.values(),
            )
        except (ParleyError, ValidationError) as error:
            _explain(form, error)
            return self.refuse(form)
        messages.success(self.request, stated.sentence)
        return redirect(self.home_url() + "#relationships")

    def refuse(self, form: RelationshipForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class RelationshipScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A screen about one visible relationship; it comes back to the page of its first party."""

    model = Relationship
    header_icon = "link"
    row_act = Act.CHANGE

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row: Relationship = visible_or_404(Relationship, request, public_id=kwargs["public_id"])

    def subject(self) -> Relationship:
        return self.row

    @property
    def back_url(self) -> str:
        return party_url("crm_relationships", self.row.from_party)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sentence=sentence_of(self.row), back_url=self.back_url, **kwargs)


class EditRelationshipView(RelationshipScreen):
    """Strength, dates and source; or, with `step=end`, only until when it held."""

    template_name = "crm/relationship_edit.html"
    page_title = _("Edit a relationship")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(RelationshipEditForm(instance=self.row), EndForm(initial={"end_date": today()}))

    def show(self, form: Any, end_form: Any, status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, end_form=end_form), status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ends = request.POST.get("step") == "end"
        form: Any = EndForm(request.POST) if ends else RelationshipEditForm(request.POST, instance=self.row)
        if form.is_valid():
            try:
                self.end(form) if ends else self.edit(form)
            except StaleVersionError as error:
                return conflict(request, form, error.current, request.path)
            except (ParleyError, ValidationError) as error:
                _explain(form, error)
        if not form.is_valid():
            fresh = RelationshipEditForm(instance=Relationship.objects.get(pk=self.row.pk))
            return self.show(fresh, form, 422) if ends else self.show(form, EndForm(), 422)
        messages.success(request, gettext("The relationship is saved."))
        return redirect(self.back_url)

    def edit(self, form: RelationshipEditForm) -> None:
        row = Relationship.objects.get(pk=self.row.pk)
        version = form.cleaned_data["version"]
        edit_relationship(row, version=version, by=self.request.user, at=timezone.now(), **form.changes())  # type: ignore[arg-type]

    def end(self, form: EndForm) -> None:
        end_relationship(self.row, **form.cleaned_data, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]


class RemoveRelationshipView(RelationshipScreen):
    """For what was never true; what is over is ended instead."""

    template_name = "crm/relationship_remove.html"
    page_title = _("Remove a relationship")
    row_act = Act.DELETE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back = self.back_url
        remove_relationship(self.row, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        last = changes_of(self.row).first()
        buttons = [messages.button(undo_url(last.entry_id), gettext("Undo"))] if last else []
        messages.success(request, gettext("The relationship is removed."), buttons=buttons)
        return redirect(back)


def _explain(form: Any, error: ParleyError | ValidationError) -> None:
    form.add_error(None, error if isinstance(error, ValidationError) else str(error.sentence))


def today() -> date:
    return timezone.localdate()
