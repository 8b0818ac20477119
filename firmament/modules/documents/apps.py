from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "firmament.modules.documents"
    label = "documents"
    requires = ("clients",)
