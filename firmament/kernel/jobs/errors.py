"""How job code says what kind of failure it met. The text of each is shown to people: no personal data in it."""

from datetime import datetime


class JobError(Exception):
    """A failure whose message may be kept and shown."""


class Transient(JobError):
    """It may heal by itself: a timeout, a 5xx, a lost connection. Tried again with backoff."""


class RateLimited(JobError):
    """The other side asked us to wait; `until` is aware. Waiting costs no attempt."""

    def __init__(self, until: datetime, message: str = "") -> None:
        if until.tzinfo is None:
            raise ValueError("RateLimited takes an aware datetime")
        super().__init__(message or "The other side asked to wait.")
        self.until = until


class AuthFailed(JobError):
    """Our credentials are refused. Trying again would only lock the account; a person must renew them."""


class Permanent(JobError):
    """It cannot succeed as it stands: a 4xx, bad data. A dead letter at once."""


class NotAuthorized(Permanent):
    """The person this run works for may not do it any more."""


class Canceled(Exception):
    """Raised by `Run.stop_if_canceled`: what the open transaction did is undone and the run ends."""


class StaleAttempt(Exception):
    """Another attempt owns the run by now; whatever this one did in its transaction is rolled back."""
