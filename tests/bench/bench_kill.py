"""Dispatchers are killed again and again while mail goes out. `python -m tests.bench.bench_kill`.

Sequence mails, or with `--invitations` calendar mails, go to a local SMTP sink through `manage.py deliver
--drain` processes, one of which gets SIGKILL at random. Afterwards every mail must have arrived at most once,
and each that did not arrive must be visible as failed or in doubt: of an invitation no version goes twice,
also when its acknowledgement is lost. `DATABASE_URL` names an empty database; without it a
fresh SQLite file is used.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OPEN = ("queued", "claimed", "sending")
PATIENCE = 600.0


@dataclass(frozen=True)
class Figures:
    """What the sink saw against what our rows say."""

    planned: int
    arrived: int
    accepted: int
    doubled: int
    silently_lost: int
    unknown: int
    unknown_arrived: int
    kills: int
    seconds: float
    states: dict[str, int]

    @property
    def is_good(self) -> bool:
        adds_up = sum(self.states.values()) == self.planned
        still_open = sum(self.states.get(state, 0) for state in OPEN)
        return adds_up and not (self.doubled or self.silently_lost or still_open)


def run(
    *, mails: int, kills: int, workers: int, delay: float, lost: float, folder: Path, invitations: bool = False
) -> Figures:
    """Plan, send under fire, drain, count. Needs Django set up on an empty database."""
    log = folder / "sink.log"
    log.touch()
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.smtp_sink", str(log), f"--delay={delay}", f"--lost={lost}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sink.stdout is not None
        port = int(sink.stdout.readline())
        (plan_invitations if invitations else plan)(mails)
        started = time.monotonic()
        fallen = _under_fire(port, kills=kills, workers=workers)
        return count(log, kills=fallen, seconds=time.monotonic() - started)
    finally:
        sink.kill()
        sink.wait()


def plan(mails: int) -> None:
    """Sequence mails, through the same door as every mail, each to its own mailbox."""
    from django.db import transaction
    from django.utils import timezone

    from crm.messaging.actions import queue_message
    from crm.messaging.enums import Stream

    with transaction.atomic():
        for number in range(mails):
            queue_message(
                key=f"kill:{number}",
                stream=Stream.SEQUENCE,
                to_email=f"robin{number}@office.example",
                subject=f"Mail {number}",
                text="Thank you for your time.\n" * 40,
                html="<p>Thank you for your time.</p>" * 40,
                at=timezone.now(),
            )


def plan_invitations(mails: int) -> None:
    """Confirmed meetings of twenty people each, moved once: every mailbox is due two versions.

    Both are planned before anything is sent, as when an edit comes while the first mail leaves: the
    invitation gives way to the move for whoever has not got it, so the mails that are due are the moves.
    """
    from datetime import timedelta

    from django.utils import timezone

    from crm.messaging.models import Message
    from meetings.scheduling.actions import AttendeeInput, confirm_meeting, move_meeting
    from meetings.scheduling.enums import AttendeeRole, MeetingFormat
    from tests.factories.access import user
    from tests.factories.meetings import meeting_request, venue

    now = timezone.now()
    for number in range(0, mails, 20):
        guests = [
            AttendeeInput(f"Robin {each}", f"robin{each}@office.example", AttendeeRole.CONSTITUENT)
            for each in range(number, min(number + 20, mails))
        ]
        request, starts_at = meeting_request(), now + timedelta(days=30)
        meeting = confirm_meeting(
            request,
            title=f"Clean air {number}",
            format=MeetingFormat.IN_PERSON,
            venue=venue(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            time_zone="America/New_York",
            attendees=guests,
            version=request.version,
            by=user(),
            at=now,
        )
        if number % 40 == 0:
            continue
        later = starts_at + timedelta(days=1)
        move_meeting(
            meeting,
            version=meeting.version,
            by=meeting.owner,
            at=now,
            starts_at=later,
            ends_at=later + timedelta(hours=1),
        )
    Message.objects.filter(status="queued").update(due_at=now)


def count(log: Path, *, kills: int, seconds: float) -> Figures:
    """Compare the sink's log with the outbox."""
    from crm.messaging.models import Message

    seen = Counter(line.split()[0] for line in log.read_text().splitlines())
    rows = dict(Message.objects.exclude(status="cancelled").values_list("message_id", "status"))
    states = Counter(rows.values())
    lost = [each for each, status in rows.items() if status == "accepted" and each not in seen]
    doubt = {each for each, status in rows.items() if status == "unknown"}
    return Figures(
        planned=len(rows),
        arrived=len(seen),
        accepted=states["accepted"],
        doubled=sum(times - 1 for times in seen.values()),
        silently_lost=len(lost),
        unknown=len(doubt),
        unknown_arrived=len(doubt & set(seen)),
        kills=kills,
        seconds=seconds,
        states=dict(states),
    )


def _under_fire(port: int, *, kills: int, workers: int) -> int:
    """Keep `workers` dispatchers running, kill one now and then, until no mail is under way any more."""
    running = [_deliver(port) for _ in range(workers)]
    fallen, ends_at = 0, time.monotonic() + PATIENCE
    next_shot = time.monotonic() + _pause()
    while time.monotonic() < ends_at:
        left = _left()
        if left == 0:
            break
        if fallen < kills and time.monotonic() >= next_shot:
            target = random.choice(running)
            if target.poll() is None:
                target.send_signal(signal.SIGKILL)
                target.wait()
                fallen += 1
            next_shot = time.monotonic() + _pause()
        running = [each if each.poll() is None else _deliver(port) for each in running]
        time.sleep(0.05)
        _hurry()
    for each in running:
        each.wait(timeout=120)
    return fallen


def _pause() -> float:
    """A dispatcher needs about two seconds to start; shots fall while it works."""
    return random.uniform(1.0, 3.5)


def _left() -> int:
    from crm.messaging.models import Message

    return Message.objects.filter(status__in=OPEN).count()


def _hurry() -> None:
    """A mail the busy machine could not connect for waits five minutes; here they pass at once."""
    from django.utils import timezone

    from crm.messaging.models import Message

    now = timezone.now()
    if Message.objects.filter(status="queued", due_at__gt=now).exists():
        Message.objects.filter(status="queued", due_at__gt=now).update(due_at=now)


def _deliver(port: int) -> "subprocess.Popen[bytes]":
    from django.db import connection

    values = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test",
        "DATABASE_URL": _database_url(connection.vendor, values),
        "MAIL_TRANSPORT": "smtp",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_TIMEOUT": "2",
        "SMTP_FINAL_TIMEOUT": "3",
        "MAIL_LEASE_SECONDS": "5",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "deliver", "--drain"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def _database_url(vendor: str, values: dict[str, object]) -> str:
    if vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    return f"postgres://{values['USER']}{password}@{values['HOST']}:{values['PORT'] or 5432}/{values['NAME']}"


def show(figures: Figures) -> str:
    states = ", ".join(f"{state} {number}" for state, number in sorted(figures.states.items()))
    return (
        f"planned {figures.planned}, arrived {figures.arrived}, accepted {figures.accepted}, "
        f"doubled {figures.doubled}, silently lost {figures.silently_lost}, "
        f"unknown {figures.unknown} (of these arrived {figures.unknown_arrived}), kills {figures.kills}, "
        f"{figures.seconds:.0f} s. States add up to {sum(figures.states.values())}: {states}."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--delay", type=float, default=0.08, help="longest wait of the sink, seconds")
    parser.add_argument("--invitations", action="store_true", help="calendar mails of meetings, planned by the actions")
    parser.add_argument("--lost", type=float, default=0.1, help="share of lost acknowledgements")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'kill.sqlite3'}")
        os.environ["DJANGO_SETTINGS_MODULE"] = "campaigns_site.settings.test"
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", run_syncdb=True, verbosity=0)
        figures = run(
            mails=options.mails,
            kills=options.kills,
            workers=options.workers,
            delay=options.delay,
            lost=options.lost,
            folder=folder,
            invitations=options.invitations,
        )
        print(f"{connection.vendor}: {show(figures)}")
        connection.close()
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
