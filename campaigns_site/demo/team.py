"""Who signs in: one person per role, each with a name that says what they do all day."""

from crm.access.actions import create_user
from crm.access.enums import Role
from crm.access.models import User

PASSWORD = "harbour-air-demo"  # printed by the command; development only

TEAM: tuple[tuple[Role, str, str], ...] = (
    (Role.COORDINATOR, "Carla", "Mendes"),
    (Role.DIRECTOR, "Dev", "Anand"),
    (Role.EDITOR, "Esme", "Ward"),
    (Role.MODERATOR, "Moses", "Adler"),
    (Role.VOLUNTEER, "Vera", "Lund"),
    (Role.AUDITOR, "Aldo", "Ricci"),
    (Role.SYSADMIN, "Sunniva", "Berg"),
    (Role.ADVOCATE, "Abel", "Quist"),
    (Role.API_CLIENT, "Api", "Client"),
)


def create_team(domain: str) -> dict[Role, User]:
    """One user per role, user name = role. Raises IntegrityError when they are there already."""
    return {
        role: create_user(
            username=role.value,
            email=f"{given.lower()}@{domain}",
            role=role,
            password=PASSWORD,
            first_name=given,
            last_name=family,
        )
        for role, given, family in TEAM
    }
