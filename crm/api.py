"""The CRM's part of the API document."""

from ninja import Router

from crm.people.api import router as people
from crm.petitions.api import router as petitions

router = Router()
router.add_router("/people/", people)
router.add_router("/petitions/", petitions)
