"""Notices by mail to the owner: each once, tried again for about an hour while the mail server is away."""

from __future__ import annotations

import datetime as dt
import logging
import socket

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.utils import timezone

from analysis.models import Notice, world_in_force

logger = logging.getLogger(__name__)

#: The first try comes at once, each further one after twice the pause; the eighth an hour after the first.
TRIES_MAX = 8
FIRST_PAUSE = dt.timedelta(seconds=15)
#: Older notices are history, such as those from before there was an address.
MAILED_WITHIN = dt.timedelta(hours=2)
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
SUBJECTS = {
    Notice.Kind.UNFILLED: "no result",
    Notice.Kind.LATE: "caught up late",
    Notice.Kind.RECOVERED: "results again",
}


def mail_is_set() -> bool:
    """Whether there is somebody to mail and a way to do it."""
    return bool(settings.OWNER_EMAIL) and settings.EMAIL_BACKEND != NO_MAIL


def notices_mail() -> int:
    """Mail what waits and is due. How many went out; 0 as well while OWNER_EMAIL or EMAIL_URL is not set."""
    if not mail_is_set():
        return 0
    waiting = Notice.objects.filter(
        world=world_in_force(),
        mailed_wall__isnull=True,
        mail_tries__lt=TRIES_MAX,
        created_wall__gt=timezone.now() - MAILED_WITHIN,
    )
    return sum(_mail(notice) for notice in waiting.order_by("id") if _is_due(notice))


def _is_due(notice: Notice) -> bool:
    pause = FIRST_PAUSE * (2**notice.mail_tries - 1)
    return bool(timezone.now() >= notice.created_wall + pause)


def _mail(notice: Notice) -> bool:
    """One try, by one process: whoever counts it has it."""
    own = Notice.objects.filter(pk=notice.pk, mail_tries=notice.mail_tries, mailed_wall__isnull=True)
    if not own.update(mail_tries=F("mail_tries") + 1):
        return False
    market = "" if notice.world == "live" else f" ({notice.world} market)"
    subject = f"[SectorLight] {SUBJECTS[Notice.Kind(notice.kind)]}{market}"
    sender = f"Times are New York market time. SectorLight on {socket.gethostname()}{market}."
    try:
        send_mail(subject, f"{notice.words}\n\n{sender}", None, [settings.OWNER_EMAIL])
    except OSError as exc:  # SMTPException is one
        logger.warning("a notice was not mailed, try %s of %s: %s", notice.mail_tries + 1, TRIES_MAX, exc)
        return False
    Notice.objects.filter(pk=notice.pk).update(mailed_wall=timezone.now())
    return True
