"""Addresses of the firm's register, under `/w/<firm>/platform-access/`, and of the operators' desk, under `/operate/`."""

from django.urls import path

from firmament.modules.operators.views import desk, looking, register

urlpatterns = [
    path("", register.register, name="register"),
    path("<uuid:pk>/", register.session, name="session"),
    path("<uuid:pk>/end/", register.end, name="end"),
]
operator_urlpatterns = [
    path("", desk.firms, name="firms"),
    path("sessions/", desk.sessions, name="sessions"),
    path("in/<slug:firm>/ask/", desk.ask, name="ask"),
    path("in/<slug:firm>/sessions/<uuid:pk>/approve/", desk.approve, name="approve"),
    path("in/<slug:firm>/sessions/<uuid:pk>/refuse/", desk.refuse, name="refuse"),
    path("in/<slug:firm>/sessions/<uuid:pk>/begin/", desk.begin, name="begin"),
    path("in/<slug:firm>/sessions/<uuid:pk>/close/", desk.close, name="close"),
    path("in/<slug:firm>/sessions/<uuid:pk>/review/", desk.review, name="review"),
    path("in/<slug:firm>/", looking.firm, name="firm"),
    path("in/<slug:firm>/people/", looking.people, name="people"),
    path("in/<slug:firm>/work/", looking.work, name="work"),
    path("in/<slug:firm>/messages/", looking.messages, name="messages"),
    path("in/<slug:firm>/files/", looking.files, name="files"),
    path("in/<slug:firm>/events/", looking.events, name="events"),
]
