"""Open the store that the settings name."""

from pathlib import Path

from forthwith.metrics import Metrics
from forthwith.store import data_folder
from forthwith.store.database import Database, Doorbell


async def open_store(
    folder: Path, url: str, doorbell: Doorbell, metrics: Metrics | None = None
) -> Database:
    """SQLite in the data folder, or PostgreSQL when there is a URL; the schema is brought up to date.

    Raises FolderUnusable, SchemaTooNew or StorageUnavailable.
    """
    file = data_folder.prepare(folder)
    if not url:
        from forthwith.store.sqlite import SqliteDatabase

        return await SqliteDatabase.open(file, doorbell, metrics)
    from forthwith.store.postgres import PostgresDatabase  # an extra: not installed everywhere

    return await PostgresDatabase.open(url, doorbell, metrics)
