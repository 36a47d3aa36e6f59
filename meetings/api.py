"""The meetings' part of the API document."""

from ninja import Router

from meetings.scheduling.api import router as scheduling

router = Router()
router.add_router("/", scheduling)
