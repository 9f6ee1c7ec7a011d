"""All settings, read from the environment and from ``.env``.

One truth with a safe default for each; `production.py` and `test.py` only override. The README lists every
variable. Vendor keys are `Secret`: they never show in a repr.
"""

from pathlib import Path

from environ import Env

from sectorlight import __version__
from sectorlight.addresses import env_database_url, env_hosts, env_mcp, env_prefix, env_redis_url
from sectorlight.embedded.secrets import kept_secret
from sectorlight.embedded.state import state_read
from sectorlight.env import (
    Secret,
    env_bool,
    env_choice,
    env_email,
    env_file,
    env_float,
    env_int,
    env_secret,
    env_text,
    env_url,
    folder_ensure,
)
from sectorlight.logs import logging_config
from sectorlight.market import market_choose, replay_start
from sectorlight.postgresql.patience import PatientConnection
from sectorlight.reports import env_dsn, reports_start

VERSION = __version__
BASE_DIR = Path(__file__).resolve().parents[2]
DOTENV = env_choice("SECTORLIGHT_DOTENV", "on", ("on", "off"))
if DOTENV == "on":
    env_file(BASE_DIR / ".env")

# Where the product keeps what it makes itself: embedded servers, its secrets, collected static files.
DATA_DIR = folder_ensure("DATA_DIR", BASE_DIR / env_text("DATA_DIR", "var"))
_family = state_read(DATA_DIR)

DEBUG = env_bool("DEBUG", False)
HOST = env_text("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, low=1, high=65535)
ALLOWED_HOSTS = env_hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SECURE_SSL = env_bool("SECURE_SSL", False)
SECRET_KEY = env_secret("SECRET_KEY", shortest=32) or Secret(kept_secret(DATA_DIR, "secret_key"))
FIRST_ADMIN_PASSWORD = env_secret("FIRST_ADMIN_PASSWORD", shortest=8)
FIRST_TRADER_PASSWORD = env_secret("FIRST_TRADER_PASSWORD", shortest=8)

# -- the market and its vendors --------------------------------------------------------------------
POLYGON_API_KEY = env_secret("POLYGON_API_KEY")
FMP_API_KEY = env_secret("FMP_API_KEY")
_market = market_choose(env_text("MARKET"), has_key=bool(POLYGON_API_KEY), base=BASE_DIR)
MARKET, MARKET_WORLD = _market.name, _market.world
MARKET_FROM = replay_start(env_text("MARKET_FROM"))
# Embedded servers and the simulated clock, one set for each market.
MARKET_DIR = DATA_DIR / _market.folder(MARKET_FROM)
MARKET_SPEED = env_float("MARKET_SPEED", 1.0, low=1, high=60)
SIMULATOR_URL = env_url(
    "SIMULATOR_URL", _family.get("simulator_url", "http://127.0.0.1:8810"), ("http", "https")
)
SIMULATOR_TOKEN = env_secret("SIMULATOR_TOKEN", _family.get("simulator_token", ""))
POLYGON_BASE_URL = env_url("POLYGON_BASE_URL", "https://api.polygon.io", ("https", "http"))
# Empty: the vendor's delayed or real-time socket, as the plan of the key allows.
POLYGON_WS_URL = env_url("POLYGON_WS_URL", "", ("wss", "ws"))
FMP_BASE_URL = env_url("FMP_BASE_URL", "https://financialmodelingprep.com/stable", ("https", "http"))
if MARKET_WORLD != "live":
    # The simulator speaks the vendors' dialects; the real keys never leave the machine for it.
    POLYGON_API_KEY = FMP_API_KEY = Secret("simulated")
    POLYGON_BASE_URL = SIMULATOR_URL
    POLYGON_WS_URL = f"{SIMULATOR_URL.replace('http', 'ws', 1)}/stocks"
    FMP_BASE_URL = f"{SIMULATOR_URL}/stable"
POLYGON_MCP = env_mcp("POLYGON_MCP")
FMP_MCP = env_mcp("FMP_MCP")
MCP_CARRIES = env_choice("MCP_CARRIES", "small", ("small", "all", "standby"))

# Runs that one person may start in an hour; joining one that waits or works is free.
USER_RUNS_PER_HOUR = env_int("RUNS_PER_HOUR", 6, low=1, high=600)

# -- servers ---------------------------------------------------------------------------------------
# Embedded servers pick free ports; without a running family nothing listens at the fallback address.
DATABASE_EMBEDDED = env_text("DATABASE_URL") in ("", _family.get("database_url"))
REDIS_EMBEDDED = env_text("REDIS_URL") in ("", _family.get("redis_url"))
DATABASE_URL = Secret(
    env_database_url(
        "DATABASE_URL", _family.get("database_url", "postgres://sectorlight@127.0.0.1:1/sectorlight")
    )
)
REDIS_URL = Secret(env_redis_url("REDIS_URL", _family.get("redis_url", "redis://127.0.0.1:1/0")))
REDIS_PREFIX = env_prefix("REDIS_PREFIX")
_database = Env.db_url_config(DATABASE_URL)
_libpq = _database.get("OPTIONS", {})
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "sectorlight.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "application_name": "SectorLight",
            # Of a network that forgot a connection the kernel knows after some twenty seconds.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 20_000,
            **_libpq,
            # A pass told again may open any number of compressed rows; TimescaleDB's bound is a guess.
            "options": (
                "-c statement_timeout=60000 -c timescaledb.max_tuples_decompressed_per_dml_transaction=0 "
                f"{_libpq.get('options', '')}"
            ).strip(),
            # While PostgreSQL is away a request waits two seconds at most; back, it is found within three.
            "pool": {
                "min_size": 1,
                "max_size": 16,
                "timeout": 2,
                "reconnect_timeout": 3,
                "connection_class": PatientConnection,
            },
        },
        "TEST": {"NAME": env_text("TEST_DATABASE_NAME") or None},
    }
}
CACHES = {
    "default": {
        "BACKEND": "sectorlight.cache.EnduringRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}cache",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # No read time-out: a socket that is idle for hours is healthy; the kernel asks whether the other end
        # still lives. The pool has room for every client.
        "CONFIG": {
            "hosts": [
                {
                    "address": REDIS_URL,
                    "socket_timeout": None,
                    "socket_connect_timeout": 2,
                    "socket_keepalive": True,
                    "max_connections": 10**6,
                }
            ],
            "prefix": f"{REDIS_PREFIX}channels",
        },
    }
}

# -- jobs ------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}celery:",
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "visibility_timeout": 3600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "America/New_York"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "sectorlight.beat:EnduringScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

# -- Django ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework.authtoken",
    "sectorlight",
    "universe",
    "sectors",
    "analysis",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "sectorlight.page_reads.page_reads",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sectorlight.auth.LoginRequiredUnlessOpen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "sectorlight.outage.DatabaseAway",
]
ROOT_URLCONF = "sectorlight.urls"
ASGI_APPLICATION = "sectorlight.asgi.application"
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
                "sectors.context_processors.market",
                "analysis.context_processors.preferences",
            ]
        },
    }
]
AUTH_USER_MODEL = "sectorlight.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "sectorlight.auth.EnduringBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "login"
# Ten wrong passwords of one name from one address: a quarter of an hour's pause for that pair.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_ENGINE = "sectorlight.sessions"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_I18N = False
USE_TZ = True

# -- what a browser may do ---------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^health"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SSL else None
DEFAULT_EXCEPTION_REPORTER_FILTER = "sectorlight.logs.DiscreetReporterFilter"

# -- static files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# -- the API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # The first one names the answer to a stranger: 401 with the way to log in.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["sectorlight.parsers.PlainJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "sectorlight.problems.problem_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SectorLight",
    "DESCRIPTION": "Eight small-cap sectors: their lights, why, and how old. Not investment advice.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    # Paths are grouped by what stands after this: sectors, universe.
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # The pages' scripts come from a wheel, not from somebody else's server.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# -- mail, errors, logs --------------------------------------------------------------------------------
_email_url = env_url(
    "EMAIL_URL", "", ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail"), hostless=("consolemail",)
)
if _email_url:
    vars().update(Env.email_url_config(_email_url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
# Who is told when the schedule stands still. Mail servers rarely let one write in somebody else's name.
OWNER_EMAIL = env_email("OWNER_EMAIL")
_email_user = str(vars().get("EMAIL_HOST_USER") or "")
DEFAULT_FROM_EMAIL = _email_user if "@" in _email_user else OWNER_EMAIL or "sectorlight@localhost"
EMAIL_TIMEOUT = 10
SENTRY_DSN = Secret(env_dsn("SENTRY_DSN"))
if SENTRY_DSN:
    reports_start(SENTRY_DSN, VERSION)
LOG_FORMAT = env_choice("LOG_FORMAT", "text", ("text", "json"))
LOGGING = logging_config(LOG_FORMAT, env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")))
