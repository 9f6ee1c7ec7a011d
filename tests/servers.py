"""The servers that the tests talk to: those of DATABASE_URL and REDIS_URL, else embedded ones."""
