"""Addresses of who may do what, under `/w/<firm>/access/`."""

from django.urls import path

from firmament.modules.access.views import duties, lending, looks, roles, tokens, trying, walls, who, why

urlpatterns = [
    path("roles/", roles.roles, name="roles"),
    path("roles/<uuid:pk>/", roles.role, name="role"),
    path("roles/<uuid:pk>/copy/", roles.role_copy, name="role_copy"),
    path("roles/<uuid:pk>/change/", roles.role_change, name="role_change"),
    path("roles/<uuid:pk>/try/", trying.role_try, name="role_try"),
    path("roles/<uuid:pk>/delete/", roles.role_delete, name="role_delete"),
    path("roles/<uuid:pk>/restore/", roles.role_restore, name="role_restore"),
    path("walls/", walls.walls, name="walls"),
    path("walls/new/", walls.wall_new, name="wall_new"),
    path("walls/review/", walls.walls_review, name="walls_review"),
    path("walls/<uuid:pk>/review/", walls.wall_review, name="wall_review"),
    path("walls/<uuid:pk>/lift/", walls.wall_lift, name="wall_lift"),
    path("duties/", duties.duties, name="duties"),
    path("duties/new/", duties.duty_new, name="duty_new"),
    path("duties/<uuid:pk>/", duties.duty, name="duty"),
    path("duties/<uuid:pk>/enforce/", duties.duty_enforce, name="duty_enforce"),
    path("duties/<uuid:pk>/retire/", duties.duty_retire, name="duty_retire"),
    path("duties/<uuid:pk>/exempt/", duties.duty_exempt, name="duty_exempt"),
    path("duties/exempt/<uuid:pk>/end/", duties.duty_exempt_end, name="duty_exempt_end"),
    path("lent/", lending.lent, name="lent"),
    path("lent/away/", lending.away, name="away"),
    path("lent/<uuid:pk>/back/", lending.lent_back, name="lent_back"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("who/", who.who, name="who"),
    path("why/", why.why, name="why"),
    path("looks/", looks.looks, name="looks"),
    path("looks/new/", looks.look_new, name="look_new"),
]
