"""The one API document: Wagtail's routers and ours, and answers that are never a 500 for bad input."""

import logging

from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from wagtail.api.v3.api import api
from wagtail.api.v3.errors import problem_response
from wagtail.locales.api.v3 import router as locales

from crm.api import router as crm
from crm.base.errors import NotAllowedError, ParleyError, StaleVersionError
from meetings.api import router as meetings

logger = logging.getLogger(__name__)

BAD_INPUT = (OverflowError, DataError, ValueError, AttributeError)


def bad_input(request: HttpRequest, error: Exception) -> HttpResponse:
    """Numbers out of range, ids of the wrong shape, acts on the root page: all are the caller's to mend."""
    logger.warning("API request refused as bad input: %s", request.path, exc_info=error)
    return problem_response(status=400, detail="A value in this request has the wrong form or is out of range.")


def conflict(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(status=409, detail="This clashes with a row that is already there. Read it and try again.")


def refusal(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own refusals carry their sentence."""
    status = {StaleVersionError: 412, NotAllowedError: 403}.get(type(error), 422)
    return problem_response(status=status, detail=str(error))


def mount() -> None:
    """Add our routers and handlers to Wagtail's API. Called once, before the URLs are read."""
    api.title = "Parley API"
    api.description = "Public content, people, petitions and meetings in one document."
    for kind in BAD_INPUT:
        api.add_exception_handler(kind, bad_input)
    api.add_exception_handler(IntegrityError, conflict)
    api.add_exception_handler(ParleyError, refusal)
    api.add_router("/locales/", locales)
    api.add_router("/crm/", crm)
    api.add_router("/meetings/", meetings)
