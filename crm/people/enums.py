from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonCategory(models.TextChoices):
    POLICYMAKER = "policymaker", _("policymaker")
    OFFICE_STAFF = "office_staff", _("staff of an office")
    PARTNER = "partner", _("partner")
    ADVOCATE = "advocate", _("advocate or constituent")
    OWN_STAFF = "own_staff", _("our own staff")


class Level(models.TextChoices):
    """The level of government or work."""

    LOCAL = "local", _("local")
    STATE = "state", _("state or region")
    NATIONAL = "national", _("national")
    INTERNATIONAL = "international", _("international")


class Side(models.TextChoices):
    """Which side of the house a committee seat belongs to."""

    MAJORITY = "majority", _("majority")
    MINORITY = "minority", _("minority")


class Visibility(models.TextChoices):
    """`team` rows are seen by their owner, the members of their team and directors only."""

    ORGANISATION = "organisation", _("everyone who works with people")
    TEAM = "team", _("only the owner, the team and the directors")


class OrganizationClassification(models.TextChoices):
    LEGISLATURE = "legislature", _("legislature")
    CHAMBER = "chamber", _("chamber")
    COMMITTEE = "committee", _("committee")
    SUBCOMMITTEE = "subcommittee", _("subcommittee")
    PARTY = "party", _("party")
    OFFICE = "office", _("office of a policymaker")
    GOVERNMENT = "government", _("government")
    DEPARTMENT = "department", _("department or ministry")
    AGENCY = "agency", _("agency")
    COUNCIL = "council", _("council")
    COMPANY = "company", _("company")
    NGO = "ngo", _("civil society organisation")
    COALITION = "coalition", _("coalition")
    OTHER = "other", _("other")


class MembershipRole(models.TextChoices):
    """The roles our own code asks for; imports keep the words of their source in `label`."""

    MEMBER = "member", _("member")
    CHAIR = "chair", _("chair")
    VICE_CHAIR = "vice_chair", _("vice chair")
    RANKING_MEMBER = "ranking_member", _("ranking member")
    EX_OFFICIO = "ex_officio", _("ex officio")
    LEADERSHIP = "leadership", _("leadership")
    PRINCIPAL = "principal", _("head of the office")
    SCHEDULER = "scheduler", _("scheduler")
    CHIEF_OF_STAFF = "chief_of_staff", _("chief of staff")
    AIDE = "aide", _("policy aide")
    EMPLOYEE = "employee", _("employee")


class ContactType(models.TextChoices):
    EMAIL = "email", _("e-mail")
    VOICE = "voice", _("phone")
    FAX = "fax", _("fax")
    ADDRESS = "address", _("address")
    URL = "url", _("website")
    FORM = "form", _("contact form")
    TWITTER = "twitter", _("Twitter")
    FACEBOOK = "facebook", _("Facebook")
    YOUTUBE = "youtube", _("YouTube")
    INSTAGRAM = "instagram", _("Instagram")
    MASTODON = "mastodon", _("Mastodon")
    OTHER = "other", _("other")


class OfficeClassification(models.TextChoices):
    CAPITOL = "capitol", _("capitol office")
    DISTRICT = "district", _("district office")
    DISTRICT_MAIL = "district-mail", _("mailing address in the district")
    PRIMARY = "primary", _("main office")
