"""All figures of one run, in order."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bench.server.accepting import accepting
from bench.server.dose import Dose
from bench.server.fanning import fanning
from bench.server.figures import Figure
from bench.server.mixing import mixing
from bench.server.receiving import receiving
from tests.servers import PostgresServer

PARTS = ("accepts", "webhooks", "sockets", "mixed")
ENGINES = ("SQLite", "PostgreSQL")


async def measured(
    folder: Path, postgres: PostgresServer, dose: Dose, parts: Sequence[str]
) -> list[Figure]:
    """Measure these parts; stores are made in `folder` and in databases of their own."""

    async def databases(engine: str) -> tuple[str, str]:
        if engine == "SQLite":
            return "", ""
        return await _database(postgres), await _database(postgres)

    figures: list[Figure] = []
    for engine in ENGINES:
        place = folder / engine
        place.mkdir()
        if "accepts" in parts:
            figures.append(await accepting(place, engine, await databases(engine), dose))
        if "webhooks" in parts:
            figures += await receiving(place, engine, await databases(engine), dose)
    if "sockets" in parts:
        figures += await fanning(folder, await _database(postgres), dose)
    if "mixed" in parts:
        figures.append(await mixing(folder, await _database(postgres), dose))
    return figures


async def _database(postgres: PostgresServer) -> str:
    return await asyncio.to_thread(postgres.create_database)
