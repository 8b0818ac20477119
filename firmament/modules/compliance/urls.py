"""Addresses of compliance, under `/w/<firm>/compliance/`."""

from django.urls import path

from firmament.kernel.web.compliance import every_board
from firmament.modules.compliance.views import boards, lists, reports

urlpatterns = [
    path("", boards.overview, name="overview"),
    # A page of its own for each board: what can be seen is listed with its name, as any page is.
    *(
        path(f"boards/{board.key}/", boards.board, {"key": board.key}, name=f"board_{board.key}")
        for board in every_board()
    ),
    path("powers/", lists.powers, name="powers"),
    path("denials/", lists.denials, name="denials"),
    path("untold/", lists.untold, name="untold"),
    path("reports/", reports.reports, name="reports"),
    path("reports/order/", reports.order_new, name="order_new"),
    path("reports/orders/<uuid:pk>/change/", reports.order_change, name="order_change"),
    path("reports/orders/<uuid:pk>/make/", reports.order_make, name="order_make"),
    path("reports/orders/<uuid:pk>/stop/", reports.order_stop, name="order_stop"),
    path("reports/<uuid:pk>/", reports.report, name="report"),
    path("reports/<uuid:pk>/<slug:form>/", reports.report_file, name="report_file"),
]
