"""Why the API's table stands open: no client is named in it."""

from firmament.kernel.policies.powers import stands_open

stands_open(
    "api.IdempotencyKey", reason="the answer to a person's own write, given again to that person alone"
)
