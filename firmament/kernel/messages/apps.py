from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "firmament.kernel.messages"
    label = "messages"
