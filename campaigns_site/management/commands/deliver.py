import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from crm.messaging.tasks import Dispatcher, invite_transport_from_settings, transport_from_settings

POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Send the mails that are due. Run as many at once as you like."

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="send one batch and stop")
        how.add_argument("--drain", action="store_true", help="send until nothing is due and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            transport, invites = transport_from_settings(), invite_transport_from_settings()
        except (ImproperlyConfigured, ValueError) as error:
            raise CommandError(str(error)) from error
        dispatcher = Dispatcher(transport, clock=timezone.now, invites=invites)
        woken = threading.Event()
        self._listen(dispatcher, woken)
        try:
            if options["once"]:
                dispatcher.run_batch()
            elif options["drain"]:
                dispatcher.drain()
            else:
                self._serve(dispatcher, woken)
        except OperationalError as error:
            raise CommandError(f"The database does not answer ({error}); start it and run this again.") from error
        finally:
            dispatcher.close()
        self.stdout.write(_summary(dispatcher))

    def _listen(self, dispatcher: Dispatcher, woken: threading.Event) -> None:
        """SIGTERM and SIGINT finish the mail in hand. Signals only reach the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return

        def stop(_number: int, _frame: object) -> None:
            dispatcher.stop()
            woken.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)

    def _serve(self, dispatcher: Dispatcher, woken: threading.Event) -> None:
        """Run until told to stop; a database that is away for a while is waited for."""
        while not dispatcher.is_stopping:
            close_old_connections()
            try:
                is_idle = not dispatcher.run_batch()
            except OperationalError as error:
                self.stderr.write(f"The database does not answer ({error}); trying again.")
                time.sleep(POLL_SECONDS)
                continue
            if is_idle:
                woken.wait(POLL_SECONDS)


def _summary(dispatcher: Dispatcher) -> str:
    if not dispatcher.counts:
        return "Nothing was due."
    return ", ".join(f"{count} {status}" for status, count in sorted(dispatcher.counts.items()))
