"""Django's settings. What differs between installations comes from the environment, typed and checked."""

from pathlib import Path

from firmament.config.environment import environment
from firmament.config.modules import MODULES

ROOT = Path(__file__).resolve().parents[2]
ENV = environment()

SECRET_KEY = ENV.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins
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
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
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
            "policies",
            "files",
            "wording",
            "messages",
            "web",
            "api",
        )
    ),
    *(f"firmament.modules.{name}" for name in MODULES),
    "firmament.config",
]

MIDDLEWARE = [
    "firmament.kernel.web.request_ids.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"

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
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
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
MAIL_FROM = ENV.mail_from
# end of identity
