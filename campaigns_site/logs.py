"""Log lines without the keys of mailed and calendar links: who reads a log must not act as the recipient."""

import contextlib
import logging

from crm.base.links import without_keys


class WithoutKeys(logging.Filter):
    """Masks the message and its arguments; a line is never dropped."""

    def filter(self, record: logging.LogRecord) -> bool:
        with contextlib.suppress(TypeError, ValueError):  # arguments that do not fit: the handler says so
            record.msg, record.args = without_keys(record.getMessage()), ()
        return True
