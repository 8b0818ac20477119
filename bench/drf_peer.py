"""The same list in Django REST framework, on the same tables, behind the same middleware: only the API layer differs.

Also the address list and the WSGI application that `bench.api` measures.
"""

from dataclasses import replace
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination

from firmament.config.urls import handler404, handler500  # noqa: F401 - read from here by Django
from firmament.config.urls import urlpatterns as house
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web import throttles
from firmament.kernel.web.entrances import Door, Entrance
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can
from firmament.modules.clients.schemas import ClientOut

FREE = 10**9


class OwnerSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="user.name")

    class Meta:
        model = Membership
        fields = ("id", "name")


class ClientSerializer(serializers.ModelSerializer):
    owner = OwnerSerializer()

    class Meta:
        model = Client
        fields = tuple(ClientOut.model_fields)


class Pages(CursorPagination):
    page_size = 50
    ordering = ("name_folded", "id")


class Shared:
    """What both views say: the read gate of the house, the owner joined, no second authentication."""

    serializer_class = ClientSerializer
    authentication_classes = ()
    permission_classes = ()

    def get_queryset(self) -> Any:
        rows = Client.objects.visible_to(self.request._request.actor).select_related("owner__user")
        wanted = {name: self.request.GET[name] for name in ("state", "kind") if self.request.GET.get(name)}
        return rows.filter(**wanted)


class ClientList(Shared, ListAPIView):
    pagination_class = Pages
    filter_backends = ()


class ClientDetail(Shared, RetrieveAPIView):
    lookup_field = "pk"


def entered(view: Any) -> Any:
    view.entrances = {"GET": Entrance(door=Door.API, power=str(Can.VIEW))}
    return view


urlpatterns = [
    path("api/v1/drf/clients", entered(ClientList.as_view())),
    path("api/v1/drf/clients/<uuid:pk>", entered(ClientDetail.as_view())),
    *house,
]


def application_under_load() -> Any:
    """The WSGI application with rate limits out of the way; they would be what is measured."""
    throttles.PER_TOKEN = replace(throttles.PER_TOKEN, burst=FREE, per_second=float(FREE))
    throttles.PER_FIRM = replace(throttles.PER_FIRM, burst=FREE, per_second=float(FREE))
    return get_wsgi_application()
