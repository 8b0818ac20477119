"""Triggers that the law step lays on tables by their model's own declaration, so that no room can forget one."""

from dataclasses import dataclass

REFUSE_CHANGE = "tenancy_refuse_change"

# Table and name of each trigger that is laid and switched on.
STANDING_TRIGGERS = """
SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgenabled = 'O'
"""

REFUSE_CHANGE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {REFUSE_CHANGE}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """`when` as in CREATE TRIGGER ("BEFORE INSERT"); `function` exists before the law is applied."""

    name: str
    when: str
    function: str
    each: str = "ROW"

    def on(self, table: str) -> str:
        return (
            f'CREATE TRIGGER "{self.name}" {self.when} ON "{table}"'
            f" FOR EACH {self.each} EXECUTE FUNCTION {self.function}()"
        )


APPEND_ONLY = (
    Trigger(name="append_only", when="BEFORE UPDATE OR DELETE", function=REFUSE_CHANGE),
    Trigger(name="no_truncate", when="BEFORE TRUNCATE", function=REFUSE_CHANGE, each="STATEMENT"),
)
