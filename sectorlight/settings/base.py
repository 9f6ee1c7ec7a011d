"""All settings, read from the environment."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("SECTORLIGHT_VAR", BASE_DIR / "var"))
SECRET_KEY = os.environ.get("SECRET_KEY", "dev")
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "channels",
    "django_celery_beat",
    "sectorlight",
    "universe",
    "sectors",
    "analysis",
]
AUTH_USER_MODEL = "sectorlight.User"
ROOT_URLCONF = "sectorlight.urls"
ASGI_APPLICATION = "sectorlight.asgi.application"
DATABASE_URL = os.environ.get("DATABASE_URL", "")
import environ  # noqa: E402

DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL or "postgres://sl@127.0.0.1:5599/lead")}
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6399/0")
REDIS_PREFIX = os.environ.get("REDIS_PREFIX", "")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}
CELERY_BROKER_URL = REDIS_URL
TIME_ZONE = "America/New_York"
USE_TZ = True
LANGUAGE_CODE = "en-us"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
MARKET = os.environ.get("MARKET", "simulated")
POLYGON_API_KEY = os.environ.get("POLYGON_API_KEY", "")
POLYGON_BASE_URL = os.environ.get("POLYGON_BASE_URL", "http://127.0.0.1:8810")
POLYGON_WS_URL = os.environ.get("POLYGON_WS_URL", "ws://127.0.0.1:8810/stocks")
FMP_API_KEY = os.environ.get("FMP_API_KEY", "")
FMP_BASE_URL = os.environ.get("FMP_BASE_URL", "http://127.0.0.1:8810/stable")
