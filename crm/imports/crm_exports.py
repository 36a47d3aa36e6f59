"""The exports of other CRMs, known by their column names: each header set as its program writes it.

NationBuilder, Action Network, Mailchimp, CiviCRM ("primary fields"), Google Contacts (both generations),
Outlook, and our own export.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.people.resources import header_key

OURS = "parley"
# How Mailchimp joins tags: each in quotes, with commas between.
QUOTED = "quoted"
COMMAS = r",\s*"
COLONS = r" ::: "
# Outlook has no space after the semicolon that parts two categories.
SEMICOLONS = r";(?!\s)"
CONTACT_LISTS = frozenset({"* mycontacts", "mycontacts", "* starred", "starred"})


@dataclass(frozen=True)
class Kind:
    """A known export: `signs` are column names only it has together, `columns` says what each column means.

    `tags` parts the tags of one cell, `no_tags` are labels the program sets itself. `ids` says whose each
    further id column is. `asks_state`: whether people are subscribed is in which file it is, not in a column.
    """

    name: str
    label: str
    signs: tuple[str, ...]
    columns: Mapping[str, str]
    tags: str = ""
    no_tags: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)
    asks_state: bool = False


def _each(text: str) -> dict[str, str]:
    """`key: Column | Column` per line, as {column: key}."""
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return {header_key(name): key.strip() for key, names in pairs for name in names.split("|")}


KINDS = (
    Kind(OURS, "Parley", ("parley id", "name", "sort name"), {}),
    Kind(
        "nationbuilder",
        "NationBuilder",
        ("nationbuilder id",),
        _each("""
            external_id: nationbuilder_id
            id: external_id | civicrm_id | salesforce_id | twitter_id
            honorific_prefix: prefix
            given_name: first_name
            additional_name: middle_name
            family_name: last_name
            honorific_suffix: suffix
            name: full_name
            other_names: legal_name
            organization: employer
            job_title: occupation
            gender: sex
            website: website
            language: language
            birth_date: born_at
            email: email | email1 | email2 | email3 | email4
            opt_in: email_opt_in
            opt_out: unsubscribed_at | do_not_contact | is_deceased
            phone: phone_number
            work_phone: work_phone_number
            mobile: mobile_number
            tags: tag_list
            twitter: twitter_login
            facebook: facebook_username
            notes: note
            street: primary_address1
            street_2: primary_address2 | primary_address3
            city: primary_city
            state: primary_state
            postcode: primary_zip
            country: primary_country_code
        """),
        tags=COMMAS,
        ids={
            "external id": "external",
            "civicrm id": "civicrm",
            "salesforce id": "salesforce",
            "twitter id": "twitter",
        },
    ),
    Kind(
        "actionnetwork",
        "Action Network",
        ("can2 subscription status",),
        _each("""
            external_id: uuid
            given_name: first_name
            family_name: last_name
            email: email
            phone: Phone Number | can2_phone | Phone
            street: can2_user_address
            city: can2_user_city
            state: can2_user_state
            postcode: zip_code
            tags: can2_user_tags
            mail_state: can2_subscription_status
        """),
        tags=COMMAS,
    ),
    Kind(
        "mailchimp",
        "Mailchimp",
        ("leid", "euid"),
        _each("""
            external_id: EUID
            email: Email Address
            given_name: First Name
            family_name: Last Name
            address: Address
            phone: Phone Number | Phone
            notes: NOTES
            tags: TAGS
        """),
        tags=QUOTED,
        asks_state=True,
    ),
    Kind(
        "civicrm",
        "CiviCRM",
        ("contact id", "contact type", "no bulk emails user opt out"),
        _each("""
            external_id: Contact ID
            id: External Identifier
            opt_out: Do Not Email | No Bulk Emails (User Opt Out) | Deceased
            name: Display Name
            other_names: Nickname | Legal Name
            language: Preferred Language
            given_name: First Name
            additional_name: Middle Name
            family_name: Last Name
            honorific_prefix: Individual Prefix
            honorific_suffix: Individual Suffix
            job_title: Job Title
            gender: Gender
            birth_date: Birth Date
            organization: Current Employer
            is_gone: Contact is in Trash
            street: Street Address
            street_2: Supplemental Address 1 | Supplemental Address 2 | Supplemental Address 3
            city: City
            state: State
            postcode: Postal Code
            country: Country
            phone: Phone
            email: Email
            mail_state: On Hold
            website: Website
            tags: Group(s) | Tag(s)
            notes: Note(s)
        """),
        tags=COMMAS,
        ids={"external identifier": "external"},
    ),
    Kind(
        "google",
        "Google Contacts",
        ("e mail 1 value", "labels"),
        _each("""
            given_name: First Name
            additional_name: Middle Name
            family_name: Last Name
            honorific_prefix: Name Prefix
            honorific_suffix: Name Suffix
            other_names: Nickname
            organization: Organization Name
            job_title: Organization Title
            birth_date: Birthday
            notes: Notes
            tags: Labels
            label: E-mail 1 - Label | E-mail 2 - Label | E-mail 3 - Label | Phone 1 - Label | Phone 2 - Label
            email: E-mail 1 - Value | E-mail 2 - Value | E-mail 3 - Value
            phone: Phone 1 - Value | Phone 2 - Value
            street: Address 1 - Street
            street_2: Address 1 - Extended Address
            po_box: Address 1 - PO Box
            city: Address 1 - City
            state: Address 1 - Region
            postcode: Address 1 - Postal Code
            country: Address 1 - Country
            website: Website 1 - Value
        """),
        tags=COLONS,
        no_tags=CONTACT_LISTS,
    ),
    Kind(
        "google-legacy",
        "Google Contacts",
        ("e mail 1 value", "group membership"),
        _each("""
            name: Name
            given_name: Given Name
            additional_name: Additional Name
            family_name: Family Name
            honorific_prefix: Name Prefix
            honorific_suffix: Name Suffix
            other_names: Nickname | Maiden Name
            birth_date: Birthday
            gender: Gender
            notes: Notes
            language: Language
            tags: Group Membership
            label: E-mail 1 - Type | E-mail 2 - Type | Phone 1 - Type | Phone 2 - Type
            email: E-mail 1 - Value | E-mail 2 - Value
            phone: Phone 1 - Value | Phone 2 - Value
            organization: Organization 1 - Name
            job_title: Organization 1 - Title
            website: Website 1 - Value
        """),
        tags=COLONS,
        no_tags=CONTACT_LISTS,
    ),
    Kind(
        "outlook",
        "Outlook",
        ("e mail address", "categories", "e mail 2 address"),
        _each("""
            given_name: First Name
            additional_name: Middle Name
            family_name: Last Name
            honorific_prefix: Title
            honorific_suffix: Suffix
            website: Web Page
            birth_date: Birthday
            notes: Notes
            email: E-mail Address | E-mail 2 Address | E-mail 3 Address
            phone: Primary Phone
            home_phone: Home Phone | Home Phone 2
            mobile: Mobile Phone
            fax: Home Fax | Business Fax
            address: Home Address
            street: Home Street
            street_2: Home Street 2 | Home Street 3
            po_box: Home Address PO Box
            city: Home City
            state: Home State
            postcode: Home Postal Code
            country: Home Country
            work_phone: Business Phone | Business Phone 2 | Company Main Phone
            organization: Company
            job_title: Job Title
            tags: Categories
        """),
        tags=SEMICOLONS,
    ),
)
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
