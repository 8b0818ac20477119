"""Django's settings. What differs between installations comes from the environment, typed and checked."""

import os

from csp.constants import NONE, SELF

from firmament.config.environment import ROOT, environment
from firmament.config.logging import configure_structlog, logging_config
from firmament.config.modules import MODULES

ENV = environment()

SECRET_KEY = ENV.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins
TRUSTED_PROXIES = ENV.trusted_proxies
PUBLIC_URL = ENV.public_url
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "firmament.kernel.web.errors.csrf_failure"
ROOT_URLCONF = "firmament.config.urls"
WSGI_APPLICATION = "firmament.config.wsgi.application"
AUTH_USER_MODEL = "identity.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = ENV.databases
PROCRASTINATE_DATABASE_ALIAS = "default"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "firmament.config.static.StaticFiles",
    "procrastinate.contrib.django",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "ninja",
    "firmament.ui",
    *(
        f"firmament.kernel.{name}"
        for name in (
            "tenancy",
            "identity",
            "jobs",
            "ledger",
            "proof",
            "policies",
            "versions",
            "approvals",
            "labels",
            "sharing",
            "files",
            "wording",
            "macros",
            "messages",
            "breakglass",
            "search",
            "web",
            "api",
        )
    ),
    *(f"firmament.modules.{name}" for name in MODULES),
    # What the kernel's bases are tried on, while no room need be.
    *(["firmament.kernel.testing.things"] if ENV.testing else []),
    "firmament.config",
    # Below identity, whose templates stand in for its own.
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "firmament.kernel.web.request_ids.RequestIdMiddleware",
    "firmament.config.observing.ProxyMiddleware",
    "firmament.config.observing.ObserveMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "firmament.config.former.FormerAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "firmament.kernel.identity.middleware.SessionSeenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "firmament.kernel.web.middleware.FirmMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            # Cotton and partials each rewrite the loaders by default, and the second one wins silently.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
        },
    }
]
FORM_RENDERER = "firmament.ui.renderers.FormRenderer"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [ROOT / "firmament" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = ENV.home / "static"
# In tests and before the first upgrade nothing has been collected; files then come from where they lie.
STATIC_COLLECTED = not ENV.testing and (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV.testing
        else "firmament.config.static.Storage"
    },
}

# A table and not the process's memory: allauth's throttles count in it, over all processes and hosts.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "firmament_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

FILES_ROOT = ENV.files_root
FILES_SCANNER = ENV.scanner
# More than any room asks for; what is beyond is counted and not kept. Uploads never go to memory.
FILES_MAX_UPLOAD = 250 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["firmament.kernel.files.uploads.BoundedUploadHandler"]

PROOF_ROOT = ENV.proof_root
# How often entries get their numbers and a checkpoint. Tests of one firm share a home over many databases: those that
# are about it call it themselves, or run an installation with a place of its own.
PROOF_EVERY_S = 0.0 if ENV.testing and ENV.proof is None else 15.0

# Tests that are about meaning switch it on; the others need not pay for vectors.
EMBEDDINGS = "off" if ENV.testing else ENV.embeddings
EMBEDDINGS_KEY = ENV.embeddings_key.get_secret_value()

LOGGING = logging_config(ENV.log_level)
configure_structlog()
METRICS_TOKEN = ENV.metrics_token.get_secret_value()
METRICS_SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ

# What browsers are told
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENV.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # the firm's other services under this name are not ours to decide on
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}

# A form of two hundred fields is ours; thousands are an attack. Files are not counted here: they stream.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# identity
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    # Tests sign in hundreds of times, and what they prove does not depend on the cost of a guess.
    *(["django.contrib.auth.hashers.MD5PasswordHasher"] if ENV.testing else []),
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
]
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
LOGOUT_REDIRECT_URL = "/accounts/login/"
# One table holds the session, whose it is, and where it was seen, so that what is listed is what works.
SESSION_ENGINE = "firmament.kernel.identity.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENV.is_https
CSRF_COOKIE_SECURE = ENV.is_https
ACCOUNT_ADAPTER = "firmament.kernel.identity.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Addresses are proven by the link of an invitation, or of a change; there is nothing to verify at sign-in.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class, no password
ACCOUNT_FORMS = {"login": "firmament.kernel.identity.forms.SignInForm"}
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Counted by the adapter instead, by address and by person together.
    "login_failed": None,
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "signup": "20/m/ip",
}
MAIL = ENV.mail.get_secret_value()
MAIL_FROM = ENV.mail_sender
# end of identity
