"""Triggers that the law step lays on tables by their model's own declaration, so that no room can forget one."""

from collections.abc import Collection
from dataclasses import dataclass

REFUSE_CHANGE = "tenancy_refuse_change"

# Table and name of each trigger that is laid and switched on, its function, and "A" where it fires always.
STANDING_TRIGGERS = """
SELECT relname, tgname, proname, tgenabled::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgenabled IN ('O', 'A')
"""

REFUSE_CHANGE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {REFUSE_CHANGE}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """`when` as in CREATE TRIGGER ("BEFORE INSERT"); `function` exists before the law is applied.

    `always`: not even a session that takes itself for a replica, which a superuser can say of itself, gets past it.
    `at_commit`: it looks when the transaction ends, at everything that was done in it.
    """

    name: str
    when: str
    function: str
    each: str = "ROW"
    always: bool = False
    at_commit: bool = False

    def on(self, table: str) -> str:
        laid = (
            f'CREATE {"CONSTRAINT " if self.at_commit else ""}TRIGGER "{self.name}" {self.when} ON "{table}"'
            f"{' DEFERRABLE INITIALLY DEFERRED' if self.at_commit else ''}"
            f" FOR EACH {self.each} EXECUTE FUNCTION {self.function}()"
        )
        return f'{laid}; ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{self.name}"' if self.always else laid

    def stands(self, table: str, standing: Collection[tuple[str, ...]]) -> bool:
        """Whether it is among the `STANDING_TRIGGERS`, with its own function and as firmly as it is declared."""
        modes = ("A",) if self.always else ("O", "A")
        return any((table, self.name, self.function, mode) in standing for mode in modes)


APPEND_ONLY = (
    Trigger(name="append_only", when="BEFORE UPDATE OR DELETE", function=REFUSE_CHANGE),
    Trigger(name="no_truncate", when="BEFORE TRUNCATE", function=REFUSE_CHANGE, each="STATEMENT"),
)

# Each new row gets a number in the firm's log (`kernel.proof`, whose migration makes the function). Always, as history is
# kept always: a change of a row that waits for no number would look as if it had been put into the trail past the log.
NUMBERED = Trigger(name="proof_pending", when="AFTER INSERT", function="proof_note_pending", always=True)

# What is written about every change of a regulated table, whoever makes it; the functions are the ledger's.
ROW_HISTORY = (
    Trigger(
        name="row_history", when="AFTER INSERT OR UPDATE OR DELETE", function="ledger_keep_row", always=True
    ),
    Trigger(
        name="row_history_no_truncate",
        when="BEFORE TRUNCATE",
        function="ledger_refuse_truncate",
        each="STATEMENT",
        always=True,
    ),
)

# Laid on the history itself: what the application did to a regulated row, and told by no event, is not committed.
TOLD = Trigger(
    name="row_told", when="AFTER INSERT", function="ledger_require_evidence", always=True, at_commit=True
)

# SHA-256 of what these functions do: one that was replaced by another of its name would keep nothing, and look as before.
FUNCTION_BODIES = {
    "breakglass_keep_lookup": "a3e9c2417622e86b9894340a05969217cc85d1fe374646f1bd40d1bd3c42be84",
    "breakglass_operator_rules": "0a902496fbd2e5add56cc9c751a55f78412049dd3a34e8e55a8b2ff2ef0e9a34",
    "breakglass_operator_stays": "1d8d6fc7f75e56e918cf85afd5320fa49cae6fdc673981af25bb1eea5924ceeb",
    "breakglass_session_rules": "a0a4a206ad5f5bbedf4d6f3794ca6f00c021af959b1eba41d98151a46669915f",
    "ledger_commitment": "846c10bfb497c662da6f7872427b4eeae24c38f64349156d72b841c4b99b9638",
    "ledger_keep_change": "8740f40bac7509e5224ef333a3f2ffdd4d4e8f360263e9b215b42cdf2fcad59d",
    "ledger_keep_line": "783bfc98babfa72f3d041586dd05423dc6c8fb150dde3b1f4f12c2dd45b5afb7",
    "ledger_keep_row": "c73421783a89aff61f4f82509788d7db096170055a99b03240ac1885c48f9ade",
    "ledger_refuse_truncate": "dd5ad5b55e386d5461ea1446dfc86b626cfac4cf4a3d6b1bf63ab387a4bcbc25",
    "ledger_untold": "c83ec3ba9c7a156cf8304d075f8b01b8c78ea8177cba83a34ee4c18e4be41b86",
    "ledger_require_evidence": "e85c784759913b0fffdfc84212a8fa051ff52e26eb45ac16d48efacbc99a89d1",
    "proof_note_pending": "16c0ba15c640b187c00e3e6df7c9593d700099edee48d5ced30fb2a241633715",
}
