"""Addresses of background work and messages, under `/w/<firm>/operations/`."""

from django.urls import path

from firmament.modules.operations.views import jobs, messages

urlpatterns = [
    path("messages/", messages.messages, name="messages"),
    path("messages/<uuid:pk>/", messages.message, name="message"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/schedules/", jobs.schedules, name="schedules"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/<slug:step>/", jobs.job_step, name="job_step"),
]
