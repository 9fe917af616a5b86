"""Contacts: known by business-scoped user id, phone number and username, any of which may be missing or change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id


@dataclass(frozen=True, slots=True)
class Identity:
    """What a webhook tells of a person; at least one of `bsuid` and `phone` is there."""

    name: str = ""
    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None

    def aliases(self) -> list[tuple[str, str]]:
        """(kind, value) by trust: the user id is the person, the number may be handed on, a username is a label."""
        pairs = (("bsuid", self.bsuid), ("phone", self.phone))
        return [(kind, value) for kind, value in pairs if value]


async def find(tx: Transaction, identity: Identity) -> Row | None:
    """The contact that any of these aliases belongs to, the most trusted first."""
    return _holder(await _by_alias(tx, [identity]), identity)


async def _by_alias(
    tx: Transaction, identities: Sequence[Identity]
) -> Mapping[tuple[str, str], Row]:
    """The contacts that the aliases of all these lead to."""
    values = {value: None for identity in identities for _, value in identity.aliases()}
    rows = await tx.all(
        f"""SELECT a.kind, a.value, p.* FROM contact_aliases a JOIN contacts p ON p.id = a.contact_id
        WHERE a.kind IN ('bsuid', 'phone') AND a.value {tx.among}""",
        among=list(values),
    )
    return {(row["kind"], row["value"]): row for row in rows}


def _holder(known: Mapping[tuple[str, str], Row], identity: Identity) -> Row | None:
    """A number whose last holder has another user id was handed on: its holder now is somebody else."""
    for kind, value in identity.aliases():
        row = known.get((kind, value))
        if row is not None and (kind == "bsuid" or None in (identity.bsuid, row["bsuid"])):
            return row
    return None


async def find_or_create_all(
    tx: Transaction, identities: Sequence[Identity], now: int
) -> list[Row]:
    """As `find_or_create` for each in turn; those who are known, and tell nothing new, are read at once."""
    known = await _by_alias(tx, identities)
    found = []
    for identity in identities:
        row = _holder(known, identity)
        if row is None or not _tells_nothing_new(identity, row):
            row = await find_or_create(tx, identity, now)
            known = {}  # what is new of one may be what the next was known by: from here on each is looked for
        found.append(row)
    return found


async def find_or_create(tx: Transaction, identity: Identity, now: int) -> Row:
    """The person, with what this webhook adds: a new alias, a changed name or username."""
    known = await find(tx, identity)
    if known is not None and _tells_nothing_new(identity, known):
        return known
    contact_id = known["id"] if known else new_id("contact")
    if known is None:
        await tx.run(
            "INSERT INTO contacts (id, name, created_at) VALUES (:id, '', :now)",
            id=contact_id,
            now=now,
        )
    # What is written to a former holder of the number must not reach the one who has it now.
    await tx.run(
        """UPDATE contacts SET phone = NULL WHERE bsuid <> :bsuid AND id =
        (SELECT contact_id FROM contact_aliases WHERE kind = 'phone' AND value = :phone)""",
        bsuid=identity.bsuid,
        phone=identity.phone,
    )
    return await move_to(tx, contact_id, identity, now)


async def move_to(tx: Transaction, contact_id: str, identity: Identity, now: int) -> Row:
    """From now on this contact is known so, too, and whoever was known so before no longer is."""
    for kind, value in identity.aliases():
        await tx.run(
            """INSERT INTO contact_aliases (kind, value, contact_id, created_at) VALUES (:kind, :value, :id, :now)
            ON CONFLICT (kind, value) DO UPDATE SET contact_id = :id""",
            kind=kind,
            value=value,
            id=contact_id,
            now=now,
        )
    row = await tx.one(
        """UPDATE contacts SET name = COALESCE(NULLIF(:name, ''), name), phone = COALESCE(:phone, phone),
        bsuid = COALESCE(:bsuid, bsuid), username = COALESCE(:username, username) WHERE id = :id RETURNING *""",
        id=contact_id,
        name=identity.name,
        phone=identity.phone,
        bsuid=identity.bsuid,
        username=identity.username,
    )
    assert row is not None, "the caller has found or made it in this transaction"
    return row


def _tells_nothing_new(identity: Identity, known: Row) -> bool:
    told = (
        ("name", identity.name),
        ("phone", identity.phone),
        ("bsuid", identity.bsuid),
        ("username", identity.username),
    )
    return all(not value or value == known[name] for name, value in told)
