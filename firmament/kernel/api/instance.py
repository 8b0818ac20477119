"""The one API."""

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import OpenAPISchema

from firmament.kernel.api import openapi, problems
from firmament.kernel.api.operations import declared_by, guard
from firmament.kernel.api.parsing import StrictParser
from firmament.kernel.web.entrances import Entrance, public_page

DOCUMENT_REASON = "The document describes the API and holds nothing of any firm."


class FirmamentApi(NinjaAPI):
    """ninja, with a guard before every operation and every answer documented."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        openapi.complete(document, self.operations_by_id())
        return document

    def operations_by_id(self) -> dict[str, Any]:
        """Every operation by the id it has in the document."""
        return {
            op.operation_id or self.get_openapi_operation_id(op): op
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for op in view.operations
        }

    def get_openapi_operation_id(self, operation: Any) -> str:
        # A room's api.py may have become a package: what stands before it names the room.
        room = re.split(r"\.api(?:\.|$)", operation.view_func.__module__)[0].rsplit(".", 1)[-1]
        return f"{room}_{operation.view_func.__name__}"

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        """As ninja's, after each view has been told what its operations declare."""
        routers = self._get_bound_routers()
        for router in routers:
            for view in router.path_operations.values():
                entrances: dict[str, Entrance] = {}
                for op in view.operations:
                    declared = declared_by(op)
                    if declared is None:
                        raise ImproperlyConfigured(
                            f"{op.view_func.__module__}.{op.view_func.__name__} declares no power: use @operation."
                        )
                    guard(op, declared)
                    entrances |= dict.fromkeys(op.methods, declared.entrance)
                view.get_view = _marked(view.get_view, entrances)  # type: ignore[method-assign]
        urls: list[URLResolver | URLPattern] = super()._get_urls()
        for pattern in urls:
            # The root exists so that ninja can find its own prefix; it answers 404 to everybody.
            if isinstance(pattern, URLPattern) and pattern.name == "api-root":
                pattern.callback = public_page("It only says that there is nothing here.")(pattern.callback)
        return urls


def _marked(get_view: Callable[[], Any], entrances: dict[str, Entrance]) -> Callable[[], Any]:
    def view() -> Any:
        found = get_view()
        found.entrances = entrances
        return found

    return view


def _public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def shown(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return view(request, **kwargs)

    return public_page(DOCUMENT_REASON)(shown)  # type: ignore[return-value]  # the wrapped view answers the same


api = FirmamentApi(
    title="Firmament",
    version="1",
    description=openapi.DESCRIPTION,
    urls_namespace="api",
    docs=Swagger(settings={"persistAuthorization": False, "tryItOutEnabled": False}),
    docs_decorator=_public,
    parser=StrictParser(),
    openapi_extra={"security": [{"token": []}]},
)
problems.install(api)
