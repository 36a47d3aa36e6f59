"""Every calendar mail of the walk, exported by our command and read by the independent checker of the shared tools."""

import email
import json
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from email.message import Message as Mail
from pathlib import Path

import pytest

from crm.messaging.models import Message
from tests.journeys import after, office
from tests.journeys.walk import CANARY, DANA, DAY, EVERYBODY, HOUR, KIM, LEAD, NOTES, THERE, World, run

pytestmark = pytest.mark.slow

# RFC 5546 section 3.2.5 forbids STATUS when one person is uninvited. The checker cannot tell that case from a
# cancellation and warns ("only right when single people are uninvited"), also under --strict.
UNINVITED = [["W", "C7"]]
Finding = list[str]


@pytest.fixture
def checked(world: World, shared_tools: Path, tmp_path: Path) -> dict[str, list[tuple[str, int, list[Finding]]]]:
    """Address → (method, exit code, findings) of each calendar mail, in the order she got them."""
    walk(world, tmp_path)
    folder = tmp_path / "mails"
    run("export_messages", str(folder), stream="invitation")
    found: dict[str, list[tuple[str, int, list[Finding]]]] = defaultdict(list)
    last: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        mail = email.message_from_bytes(path.read_bytes())
        to = email.utils.parseaddr(str(mail["To"]))[1]
        found[to].append(check(shared_tools / "imip_check.py", path, mail, to, last.get(to)))
        last[to] = path
    return found


def walk(world: World, folder: Path) -> None:
    """Invite, answer, small change, move, uninvite, agenda, cancel; before that a note nobody else may read."""
    office.import_registry(world)
    office.write_note(world)
    request = office.ask(world, scheduler="new", new_name="Dana Ruiz", new_email=DANA)
    office.offer(world, request, datetime(2026, 11, 2, 10, tzinfo=THERE))
    office.confirm(world, request)
    world.wait(HOUR)
    office.accept_by_mail(world, folder)
    office.accept_by_link(world)
    office.change_words(world)
    office.move(world)
    world.wait(HOUR)
    office.accept_by_mail(world, folder)
    office.uninvite(world)
    after.write_agenda(world)
    world.wait(DAY)
    office.cancel(world, LEAD, DANA, KIM, sequence=2)


def check(tool: Path, path: Path, mail: Mail, to: str, before: Path | None) -> tuple[str, int, list[Finding]]:
    others = [each for each in EVERYBODY if each != to]
    hidden = [option for each in (CANARY, *others) for option in ("--forbid", each)]
    chain = ["--prev", str(before)] if before else []
    options = ["--strict", "--json", "--only-recipient", "--to", to, *chain, *hidden]
    command = [sys.executable, str(tool), str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    findings = [[each["level"], each["code"]] for each in json.loads(done.stdout)["findings"]]
    part = next(each for each in mail.walk() if each.get_content_type() == "text/calendar")
    return str(part.get_param("method")), done.returncode, findings


def test_checker_passes_every_calendar_mail_of_the_walk(
    checked: dict[str, list[tuple[str, int, list[Finding]]]],
) -> None:
    clean_request, clean_cancel = ("REQUEST", 0, []), ("CANCEL", 0, [])

    whole = [clean_request] * 4 + [clean_cancel]
    assert checked == {LEAD: whole, DANA: whole, KIM: whole, NOTES: [*[clean_request] * 3, ("CANCEL", 1, UNINVITED)]}
    assert set(Message.objects.filter(stream="invitation").values_list("status", flat=True)) == {"accepted"}
