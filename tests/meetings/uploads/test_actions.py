"""Calendar files: handed in once, read once, stopped, failed, taken up again."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from meetings.availability.actions import import_institution
from meetings.availability.enums import UploadState
from meetings.availability.errors import CalendarTooLargeError
from meetings.availability.ics import MAX_BYTES
from meetings.availability.models import BusyBlock, BusyCalendar, CalendarUpload, InstitutionEvent
from meetings.uploads.actions import (
    SILENT_FOR,
    fail_upload,
    finish_upload,
    forget_uploads,
    hand_in,
    read_upload,
    start_upload,
    stop_upload,
)
from meetings.uploads.errors import CalendarGoneError
from meetings.uploads.tasks import continue_uploads, run_upload
from tests.factories.access import user
from tests.factories.availability import busy_calendar, calendar_upload, institution_calendar

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def raw(day: int = 2, title: str = "Floor votes") -> bytes:
    event = f"BEGIN:VEVENT\r\nDTSTART:202606{day:02}T140000Z\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n".encode()


def state_of(upload: CalendarUpload) -> tuple[str, str, bytes]:
    upload.refresh_from_db()
    return upload.state, upload.sentence, bytes(upload.raw)


def test_a_file_is_read_once_and_its_bytes_are_gone(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)

    upload = hand_in(calendar, raw=raw(), by=coordinator, at=AT)
    for _ in range(2):
        run_upload(upload.pk, at=AT)

    assert state_of(upload) == ("done", "", b"")
    assert BusyBlock.objects.count() == 1


def test_the_same_file_while_it_waits_is_one_and_another_takes_its_place(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)

    first = hand_in(calendar, raw=raw(), by=coordinator, at=AT)
    again = hand_in(calendar, raw=raw(), by=coordinator, at=LATER)
    other = hand_in(calendar, raw=raw(3), by=coordinator, at=LATER)

    assert (first.pk == again.pk, CalendarUpload.objects.count()) == (True, 2)
    assert state_of(first) == ("stopped", "", b"")
    assert state_of(other) == ("waiting", "", raw(3))


def test_the_same_file_again_changes_no_row(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)
    for at in (AT, LATER):
        run_upload(hand_in(calendar, raw=raw(), by=coordinator, at=at).pk, at=at)
        kept = set(BusyBlock.objects.values_list("pk", flat=True))
        if at == AT:
            before = kept

    calendar.refresh_from_db()
    assert (kept, calendar.last_read_at) == (before, LATER)


def test_an_institutions_file_waits_to_be_looked_at_and_again_holds_nothing_new(coordinator) -> None:
    calendar = institution_calendar()
    run_upload(hand_in(calendar, raw=raw(), by=coordinator, at=AT, version=1).pk, at=AT)
    calendar.refresh_from_db()
    assert (calendar.version, InstitutionEvent.objects.count(), calendar.pending == "") == (2, 0, False)

    import_institution(calendar, version=2, by=coordinator, at=AT)
    kept = InstitutionEvent.objects.get().pk
    again = hand_in(calendar, raw=raw(), by=coordinator, at=LATER, version=3)
    run_upload(again.pk, at=LATER)

    calendar.refresh_from_db()
    assert state_of(again) == ("done", "The calendar holds all of this already, so nothing was changed.", b"")
    assert (calendar.version, calendar.pending, InstitutionEvent.objects.get().pk) == (3, "", kept)
    assert list(ActivityEntry.objects.values_list("verb", flat=True)) == ["institution_calendar.read"]


def test_a_file_made_for_an_older_version_is_refused_when_handed_in_and_when_read(coordinator) -> None:
    calendar = institution_calendar()
    upload = hand_in(calendar, raw=raw(), by=coordinator, at=AT, version=1)
    type(calendar).objects.update(version=2)

    with pytest.raises(StaleVersionError):
        hand_in(calendar, raw=raw(), by=coordinator, at=AT, version=1)
    run_upload(upload.pk, at=AT)

    sentence = "Somebody changed this calendar meanwhile. Look at it and give the file again."
    assert state_of(upload) == ("failed", sentence, b"")


def test_a_file_that_is_none_fails_with_a_sentence_and_leaves_the_times(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)
    run_upload(hand_in(calendar, raw=raw(), by=coordinator, at=AT).pk, at=AT)

    upload = hand_in(calendar, raw=b"<html>", by=coordinator, at=LATER)
    run_upload(upload.pk, at=LATER)

    calendar.refresh_from_db()
    state, sentence, kept = state_of(upload)
    assert (state, sentence == calendar.last_problem, kept, BusyBlock.objects.count()) == ("failed", True, b"", 1)
    assert sentence.startswith("This is no calendar file.")
    assert fail_upload(upload, "again", at=LATER) is False


def test_a_stopped_file_is_not_put_in_even_when_a_worker_has_it(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)
    waiting = hand_in(calendar, raw=raw(), by=coordinator, at=AT)

    assert (stop_upload(waiting, at=AT), stop_upload(waiting, at=AT)) == (True, False)
    run_upload(waiting.pk, at=AT)
    taken = start_upload(hand_in(calendar, raw=raw(), by=coordinator, at=AT).pk, at=AT)
    reading = read_upload(taken, at=AT)
    stop_upload(taken, at=AT)

    assert finish_upload(taken, reading, at=AT) is False
    assert state_of(taken) == ("stopped", "", b"")
    assert (state_of(waiting), BusyBlock.objects.count()) == (("stopped", "", b""), 0)


def test_too_large_or_for_nothing_is_refused(coordinator) -> None:
    gone = busy_calendar(owner=coordinator)
    BusyCalendar.objects.all().delete()

    with pytest.raises(CalendarGoneError):
        hand_in(gone, raw=raw(), by=coordinator, at=AT)
    with pytest.raises(CalendarTooLargeError):
        hand_in(busy_calendar(), raw=b"x" * (MAX_BYTES + 1), by=coordinator, at=AT)

    assert CalendarUpload.objects.count() == 0


def test_what_lost_its_worker_is_taken_up_and_old_files_are_forgotten() -> None:
    lost = calendar_upload(raw=raw(), state=UploadState.READING, moved_at=AT - SILENT_FOR * 2)
    untaken = calendar_upload(raw=raw(), moved_at=AT - SILENT_FOR * 2)
    in_hand = calendar_upload(raw=raw(), state=UploadState.READING, moved_at=AT)
    old = calendar_upload(state=UploadState.DONE, moved_at=AT - timedelta(days=31))

    assert (continue_uploads(AT), continue_uploads(AT), forget_uploads(AT)) == (2, 0, 0)

    assert [state_of(each)[0] for each in (lost, untaken, in_hand)] == ["done", "done", "reading"]
    assert not CalendarUpload.objects.filter(pk=old.pk).exists()
    assert (start_upload(in_hand.pk, at=AT), start_upload(lost.pk, at=AT)) == (None, None)


def test_files_are_ones_own(coordinator) -> None:
    mine, theirs = calendar_upload(calendar=busy_calendar(owner=coordinator)), calendar_upload()

    assert list(CalendarUpload.objects.visible_to(coordinator)) == [mine]
    assert list(CalendarUpload.objects.visible_to(user(role=Role.EDITOR))) == []
    assert theirs.is_over is False
