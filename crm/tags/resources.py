"""A table of people with their tags."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from crm.people.models import Person
from crm.people.resources import Column, ListWidget, PersonResource
from crm.tags.models import Tagging


class TaggedPersonResource(PersonResource):
    """What a table of people says of each, with the names of the tags."""

    tags = Column(
        "Tags",
        "tag|tag list|labels|categories|groups|group membership",
        widget=ListWidget(),
        read=lambda person: [row.tag.name for row in person.taggings.all()],
        several=True,
    )

    class Meta:
        model = Person

    def filter_export(self, queryset: QuerySet[Person], **kwargs: Any) -> QuerySet[Person]:
        taggings = Tagging.objects.select_related("tag__group")
        return super().filter_export(queryset, **kwargs).prefetch_related(Prefetch("taggings", taggings))
