"""The one API document: Wagtail's routers and ours."""
