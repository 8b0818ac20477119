from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "firmament.kernel.files"
    label = "files"
