"""The dashboard of the use of wording over a million uses, opened as a partner opens it.

`python -m bench.usage [--uses N] [--snippets N] [--rounds N]`. One firm with fourteen people and five hundred snippets, a few of
which are used much; a million uses in four years. Through the whole stack but the network. Target: p50 ≤ 300 ms for up to
ninety days and the quarter; this year beside the last is measured beside.
"""

import argparse
import sys
import time

from django.test import Client as Browser

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.identity.founding import found_firm, join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.world import make_user

DATABASE = "firmament_bench_usage"
SLUG, EMAIL = "wordy", "admin@wordy.example"
PEOPLE = 14
AIM_MS = 300

HISTORY = (
    # Keys and triggers would be asked row by row, and a million rows are made to fit.
    "SET session_replication_role = replica",
    "INSERT INTO snippets_snippet (id, firm_id, created_at, updated_at, key, shortcut, title, description, reach, owner_id,"
    " contexts, state, default_locale, locales, latest_number, active_number, activated_at, use_count)"
    " SELECT uuidv7(), f.id, now(), now(), 'wording-' || n, '', 'Wording ' || n, '', 'firm', m.id, '{note}', 'active', 'en',"
    " '{en}', 1, 1, now() - interval '4 years', 0"
    " FROM generate_series(1, %(snippets)s::int) AS n, tenancy_firm f"
    " CROSS JOIN LATERAL (SELECT id FROM tenancy_membership WHERE firm_id = f.id LIMIT 1) m WHERE f.slug = %(slug)s",
    # The tenth power of chance: a few are used every hour, most now and then.
    "INSERT INTO {use} (id, firm_id, created_at, updated_at, snippet_id, number, checksum, locale, member_id,"
    " channel, place, about_kind, survived)"
    " SELECT uuidv7(), f.id, t.at, t.at, s.ids[1 + floor(array_length(s.ids, 1) * power(random(), 4))::int], 1,"
    " repeat('0', 64), 'en', m.ids[1 + floor(array_length(m.ids, 1) * random())::int],"
    " (ARRAY['email', 'message', 'note'])[1 + n %% 3], '', '', CASE WHEN n %% 2 = 0 THEN 500 + n %% 500 END"
    " FROM generate_series(1, %(uses)s::int) AS n"
    " CROSS JOIN LATERAL (SELECT now() - (n::float / %(uses)s) * interval '1460 days' AS at) t"
    " CROSS JOIN (SELECT id FROM tenancy_firm WHERE slug = %(slug)s) f"
    " CROSS JOIN LATERAL (SELECT array_agg(id) AS ids FROM snippets_snippet WHERE firm_id = f.id) s"
    " CROSS JOIN LATERAL (SELECT array_agg(id) AS ids FROM tenancy_membership WHERE firm_id = f.id) m",
    # Which the trigger would have counted.
    'INSERT INTO {day} (id, firm_id, created_at, updated_at, snippet_id, "on", member_id, channel, uses, measured,'
    " survived) SELECT uuidv7(), firm_id, now(), now(), snippet_id, created_at::date, member_id, channel, count(*),"
    " count(survived), coalesce(sum(survived), 0) FROM {use} GROUP BY firm_id, snippet_id, created_at::date, member_id, channel",
)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--uses", type=int, default=1_000_000)
    arguments.add_argument("--snippets", type=int, default=500)
    arguments.add_argument("--rounds", type=int, default=20)
    options = arguments.parse_args()
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    firm = found_firm(name="Wordy", slug=SLUG, admin=make_user("Admin", EMAIL))
    with firm_transaction(firm.pk):
        for number in range(1, PEOPLE):
            join_firm(make_user(f"Person {number}", f"p{number}@wordy.example"), role="staff")
    days = write_history(options.uses, options.snippets)
    person = Browser()
    person.force_login(User.objects.get(email=EMAIL))
    rows = [measure(person, kind, options.rounds) for kind in ("7", "30", "90", "quarter", "year")]
    show("usage", ("period", "p50 ms", "p95 ms"), rows, uses=options.uses, days=days, rounds=options.rounds)
    return int(any(row[1] > AIM_MS for row in rows if row[0] != "year"))


def write_history(uses: int, snippets: int) -> int:
    """The rows of a long history; how many lines its days have."""
    given = {"uses": uses, "snippets": snippets, "slug": SLUG}
    tables = {"use": "insertions_snippetuse", "day": "insertions_snippetday"}
    with cluster.superuser(DATABASE) as root:
        for statement in HISTORY:
            root.execute(statement.format_map({**tables}) if "{use}" in statement else statement, given)
        root.execute("VACUUM ANALYZE")
        found = root.execute(f"SELECT count(*) FROM {tables['day']}").fetchone()
    return int(found[0]) if found else 0


def measure(person: Browser, kind: str, rounds: int) -> tuple[str, float, float]:
    times = []
    for number in range(rounds + 3):
        begun = time.perf_counter()
        answer = person.get(f"/w/{SLUG}/snippets/usage/?period={kind}")
        seconds = time.perf_counter() - begun
        assert answer.status_code == 200
        assert b"could not be" not in answer.content
        if number >= 3:
            times.append(seconds * 1000)
    return kind, percentile(times, 0.5), percentile(times, 0.95)


if __name__ == "__main__":
    sys.exit(main())
