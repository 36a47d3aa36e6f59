"""Index of the page models, so that Django finds them."""

from cms.base.models import Navigation
from cms.pages.article import ArticlePage, UpdatesPage
from cms.pages.campaign import CampaignPage
from cms.pages.home import HomePage
from cms.pages.petition import PetitionPage
from cms.pages.standard import StandardPage
from cms.pages.toolkit import ToolkitPage

__all__ = [
    "ArticlePage",
    "CampaignPage",
    "HomePage",
    "Navigation",
    "PetitionPage",
    "StandardPage",
    "ToolkitPage",
    "UpdatesPage",
]
