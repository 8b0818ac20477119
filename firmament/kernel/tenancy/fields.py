"""Fields that every firm table shares."""

from typing import Any

from django.db import models

from firmament.lib.instant import now


class FirmForeignKey(models.ForeignKey):
    """A reference between two tables of the same firm.

    PostgreSQL checks foreign keys without row-level security, so a plain one would let firm B point at
    firm A's row. The law step adds `(firm_id, x_id) → (firm_id, id)`, NO ACTION and deferred, and
    an index of that shape; `on_delete` stays Django's work.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[Any, Any, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        return name, path, args, kwargs


class UpdatedAtField(models.DateTimeField):
    """Set at every save, from the one clock."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default", now)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = now()
        setattr(model_instance, self.attname, value)
        return value
