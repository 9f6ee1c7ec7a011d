"""Keeping what the database holds: one file that carries all of it, and the way back.

`making` writes a backup, `restoring` reads one; `manage.py backup` and `restore` only call them. Both speak
to the database by its address (`address`), not through Django: what they look at need not be the database in
use. The dump itself is PostgreSQL's own (`programs` finds pg_dump and its kin), in one zip file with a
manifest (`manifest`, `archive`). docs/backup.md is the user's side of it.
"""
