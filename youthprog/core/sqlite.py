"""Which SQLite we use: our own, free of the write-ahead log defect (sqlite.org/wal.html#walresetbug)."""

try:
    from pysqlite3 import dbapi2 as driver
except ImportError:  # Windows has no wheel; the journal mode then falls back
    import sqlite3 as driver

__all__ = ["driver"]
